//! What is taken of makers' statements, and what is not.

use ciborium::Value;
use denizen_domain::fido::{Attestation, AuthenticatorProofs as _, CredentialKey, ProofRefusal};
use denizen_webauthn::StandardProofs;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::sha2::{Digest as _, Sha256};
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};

use crate::soft_authenticator::{SoftAuthenticator, attestation_object, bare_certificate, der, key_info, numbered};

const PAGE: &str = "https://id.example.com";
const TEXT: &str = "AAECAwQFBgcICQoLDA0ODw";

fn judge((attestation, client_data): (Vec<u8>, Vec<u8>)) -> Result<Attestation, ProofRefusal> {
    let judged = StandardProofs.registration(&attestation, &client_data);
    judged.map(|registration| registration.attestation)
}

fn map(members: Vec<(&str, Value)>) -> Value {
    Value::Map(
        members
            .into_iter()
            .map(|(name, value)| (Value::from(name), value))
            .collect(),
    )
}

/// A registration with a statement in some format, made of the authenticator data and the client data.
fn stated(
    device: &SoftAuthenticator,
    format: &str,
    statement: impl Fn(&[u8], &[u8]) -> Value,
) -> Result<Attestation, ProofRefusal> {
    let client_data = device.client_data("webauthn.create", TEXT, PAGE);
    let data = device.data(PAGE, Some(device.cose_key()));
    let statement = statement(&data, &client_data);
    judge((attestation_object(format, statement, data), client_data))
}

#[test]
fn no_statement_and_ones_own_are_told_apart() {
    let mut device = SoftAuthenticator::new(1);
    assert_eq!(
        judge(device.register_without_statement(TEXT, PAGE)),
        Ok(Attestation::None)
    );
    assert_eq!(judge(device.register(TEXT, PAGE)), Ok(Attestation::Own));
    let filled = stated(&device, "none", |_, _| map(vec![("alg", Value::from(-7))]));
    assert_eq!(filled, Err(ProofRefusal::Attestation));
}

#[test]
fn formats_that_are_not_read_are_taken_unverified_and_unknown_ones_are_not() {
    let device = SoftAuthenticator::new(1);
    for format in ["tpm", "apple", "android-key", "android-safetynet", "compound"] {
        assert_eq!(
            stated(&device, format, |_, _| Value::Null),
            Ok(Attestation::Unverified),
            "{format}"
        );
    }
    for format in ["", "None", "packed ", "my-own"] {
        let judged = stated(&device, format, |_, _| map(vec![]));
        assert_eq!(judged, Err(ProofRefusal::Attestation), "{format}");
    }
}

#[test]
fn a_statement_of_ones_own_must_be_signed_so() {
    let device = SoftAuthenticator::new(1);
    let own = |algorithm: i64, signer: &SoftAuthenticator| {
        stated(&device, "packed", |data, client| {
            map(vec![
                ("alg", Value::from(algorithm)),
                ("sig", Value::Bytes(signer.sign(data, client))),
            ])
        })
    };
    assert_eq!(own(-7, &device), Ok(Attestation::Own));
    assert_eq!(own(-257, &device), Err(ProofRefusal::Attestation));
    assert_eq!(own(-7, &SoftAuthenticator::new(2)), Err(ProofRefusal::Signature));
    let unsigned = stated(&device, "packed", |_, _| map(vec![("alg", Value::from(-7))]));
    assert_eq!(unsigned, Err(ProofRefusal::Attestation));
}

/// What may be wrong with a maker's certificate.
struct Certificate {
    version: u8,
    unit: &'static str,
    is_authority: bool,
    aaguid: Option<[u8; 16]>,
}

const SOUND: Certificate = Certificate {
    version: 2,
    unit: "Authenticator Attestation",
    is_authority: false,
    aaguid: None,
};

impl Certificate {
    fn of(&self, point: &[u8]) -> Vec<u8> {
        let ecdsa = der(0x30, &[&[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]]);
        let unit = der(
            0x30,
            &[&[0x06, 0x03, 0x55, 0x04, 0x0b], &der(0x0c, &[self.unit.as_bytes()])],
        );
        let name = der(0x30, &[&der(0x31, &[&unit])]);
        let validity = der(
            0x30,
            &[&der(0x17, &[b"200101000000Z"]), &der(0x17, &[b"400101000000Z"])],
        );
        let truth: &[u8] = if self.is_authority { &[0x01, 0x01, 0xff] } else { &[] };
        let constraints = der(0x04, &[&der(0x30, &[truth])]);
        let mut extensions = der(0x30, &[&[0x06, 0x03, 0x55, 0x1d, 0x13], &constraints]);
        if let Some(aaguid) = self.aaguid {
            let oid = [
                0x06, 0x0b, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x04,
            ];
            extensions.extend(der(0x30, &[&oid, &der(0x04, &[&der(0x04, &[&aaguid])])]));
        }
        let version = der(0xa0, &[&[0x02, 0x01, self.version]]);
        let extensions = if self.version == 2 {
            der(0xa3, &[&der(0x30, &[&extensions])])
        } else {
            Vec::new()
        };
        let number: &[u8] = &[0x02, 0x01, 0x01];
        let fields: [&[u8]; 8] = [
            &version,
            number,
            &ecdsa,
            &name,
            &validity,
            &name,
            &key_info(point),
            &extensions,
        ];
        der(0x30, &[&der(0x30, &fields), &ecdsa, &der(0x03, &[&[0]])])
    }
}

/// A packed statement by a maker with this certificate, for an authenticator of the make `[5; 16]`.
fn by_maker(certificate: &Certificate) -> Result<Attestation, ProofRefusal> {
    let (mut device, maker) = (SoftAuthenticator::new(1), SoftAuthenticator::new(9));
    device.aaguid = [5; 16];
    stated(&device, "packed", |data, client| {
        map(vec![
            ("alg", Value::from(-7)),
            ("sig", Value::Bytes(maker.sign(data, client))),
            ("x5c", Value::Array(vec![Value::Bytes(certificate.of(&maker.point()))])),
        ])
    })
}

#[test]
fn a_makers_certificate_is_for_authenticators_of_its_make() {
    assert_eq!(by_maker(&SOUND), Ok(Attestation::Maker));
    let of_make = |make: u8| {
        by_maker(&Certificate {
            aaguid: Some([make; 16]),
            ..SOUND
        })
    };
    assert_eq!(of_make(5), Ok(Attestation::Maker));
    assert_eq!(of_make(6), Err(ProofRefusal::Attestation));
    for wrong in [
        Certificate { version: 0, ..SOUND },
        Certificate {
            unit: "Authenticators",
            ..SOUND
        },
        Certificate {
            is_authority: true,
            ..SOUND
        },
    ] {
        assert_eq!(by_maker(&wrong), Err(ProofRefusal::Attestation));
    }
}

#[test]
fn a_makers_statement_is_signed_by_the_maker() {
    let (device, maker) = (SoftAuthenticator::new(1), SoftAuthenticator::new(9));
    let with = |algorithm: i64, chain: Value| {
        stated(&device, "packed", |data, client| {
            let signature = Value::Bytes(device.sign(data, client));
            map(vec![
                ("alg", Value::from(algorithm)),
                ("sig", signature),
                ("x5c", chain.clone()),
            ])
        })
    };
    let leaf = Value::Bytes(SOUND.of(&maker.point()));
    assert_eq!(with(-7, Value::Array(vec![leaf.clone()])), Err(ProofRefusal::Signature));
    assert_eq!(
        with(-257, Value::Array(vec![leaf.clone()])),
        Err(ProofRefusal::Attestation)
    );
    // An algorithm of makers alone, which is not read here.
    assert_eq!(with(-35, Value::Array(vec![leaf.clone()])), Ok(Attestation::Unverified));
    for chain in [
        Value::Array(vec![]),
        Value::Null,
        leaf,
        Value::Array(vec![Value::Bytes(vec![0x30, 0])]),
    ] {
        assert_eq!(with(-7, chain), Err(ProofRefusal::Attestation));
    }
}

/// A statement of a key of U2F, signed by the maker over the parts that U2F signs.
fn of_u2f(device: &SoftAuthenticator, certificates: usize) -> Result<Attestation, ProofRefusal> {
    let maker = SoftAuthenticator::new(9);
    stated(device, "fido-u2f", |data, client| {
        let head = [&[0], &data[..32], &Sha256::digest(client), &device.id, &device.point()].concat();
        let signature: p256::ecdsa::Signature = p256::ecdsa::signature::Signer::sign(&maker.key, &head);
        let leaf = Value::Bytes(bare_certificate(&maker.point()));
        map(vec![
            ("sig", Value::Bytes(signature.to_der().as_bytes().to_vec())),
            ("x5c", Value::Array(vec![leaf; certificates])),
        ])
    })
}

#[test]
fn a_key_of_u2f_is_registered_by_webauthn_too() {
    let mut device = SoftAuthenticator::new(1);
    assert_eq!(of_u2f(&device, 1), Ok(Attestation::Maker));
    assert_eq!(of_u2f(&device, 2), Err(ProofRefusal::Attestation));
    device.aaguid = [1; 16];
    assert_eq!(of_u2f(&device, 1), Err(ProofRefusal::Attestation));
}

/// A key of RSA for tests, PKCS #1 in base64.
const RSA: &str = include_str!("../../../oauth/src/test_rsa_key.b64");

fn rsa_key() -> RsaPrivateKey {
    let der = denizen_domain::fido::decode(RSA.trim(), 4096).unwrap();
    RsaPrivateKey::from_pkcs1_der(der.as_slice()).unwrap()
}

fn rsa_cose(n: Vec<u8>, e: Vec<u8>) -> Value {
    numbered(vec![
        (1, Value::from(3)),
        (3, Value::from(-257)),
        (-1, Value::Bytes(n)),
        (-2, Value::Bytes(e)),
    ])
}

/// RS256 is offered, so it is taken: an authenticator with a key of RSA is registered and used.
#[test]
fn w3_both_offered_algorithms_are_taken() {
    let key = rsa_key();
    let device = SoftAuthenticator::new(1);
    let client_data = device.client_data("webauthn.create", TEXT, PAGE);
    let data = device.data(PAGE, Some(rsa_cose(key.n().to_bytes_be(), key.e().to_bytes_be())));
    let sign = |data: &[u8], client: &[u8]| {
        let signed = [data, &Sha256::digest(client)].concat();
        key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(signed))
            .unwrap()
    };
    let signature = Value::Bytes(sign(&data, &client_data));
    let statement = map(vec![("alg", Value::from(-257)), ("sig", signature)]);
    let object = attestation_object("packed", statement, data);
    let made = StandardProofs.registration(&object, &client_data).unwrap();
    assert_eq!(made.attestation, Attestation::Own);
    assert!(matches!(made.key.key, CredentialKey::Rsa { .. }));
    let told = device.data(PAGE, None);
    let mut signature = sign(&told, &client_data);
    assert!(
        StandardProofs
            .assertion(&made.key.key, &told, &client_data, &signature)
            .is_ok()
    );
    signature[7] ^= 1;
    let judged = StandardProofs.assertion(&made.key.key, &told, &client_data, &signature);
    assert_eq!(judged, Err(ProofRefusal::Signature));
}

#[test]
fn w3_no_other_key_is_taken() {
    let device = SoftAuthenticator::new(1);
    let point = device.point();
    let (x, y) = (Value::Bytes(point[1..33].to_vec()), Value::Bytes(point[33..].to_vec()));
    let ec = |kind: i64, algorithm: i64, curve: i64, x: &Value, y: &Value| {
        let numbers = [(1, kind), (3, algorithm), (-1, curve)].map(|(name, value)| (name, Value::from(value)));
        numbered(numbers.into_iter().chain([(-2, x.clone()), (-3, y.clone())]).collect())
    };
    let n = rsa_key().n().to_bytes_be();
    for key in [
        ec(1, -8, 6, &x, &y),
        ec(2, -35, 1, &x, &y),
        ec(2, -7, 2, &x, &y),
        ec(3, -7, 1, &x, &y),
        // Not on the curve, compressed, too short.
        ec(2, -7, 1, &x, &x),
        ec(2, -7, 1, &x, &Value::Bool(true)),
        ec(2, -7, 1, &Value::Bytes(vec![1; 31]), &y),
        rsa_cose(vec![0xff; 255], vec![1, 0, 1]),
        rsa_cose([&[0], &[0xff; 255][..]].concat(), vec![1, 0, 1]),
        rsa_cose(vec![0xff; 513], vec![1, 0, 1]),
        rsa_cose(n.clone(), vec![1]),
        rsa_cose(n.clone(), vec![]),
        rsa_cose(n, vec![1; 5]),
        numbered(vec![]),
    ] {
        let client_data = device.client_data("webauthn.create", TEXT, PAGE);
        let data = device.data(PAGE, Some(key.clone()));
        let judged = judge((attestation_object("none", Value::Map(vec![]), data), client_data));
        assert_eq!(judged, Err(ProofRefusal::Key), "{key:?}");
    }
}

//! An authenticator in software, which does what it is told, also what no honest one would.

use ciborium::Value;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;
use sha2::{Digest as _, Sha256};

pub const UP: u8 = 1;
pub const UV: u8 = 1 << 2;
pub const BE: u8 = 1 << 3;
pub const BS: u8 = 1 << 4;
pub const AT: u8 = 1 << 6;
pub const ED: u8 = 1 << 7;

/// A credential in software.
pub struct SoftAuthenticator {
    pub key: SigningKey,
    pub id: Vec<u8>,
    pub aaguid: [u8; 16],
    /// What it counts; each use adds one.
    pub counter: u32,
    /// What it tells beside the credential.
    pub flags: u8,
    /// The relying party that it works for; the page's host when not given.
    pub relying_party: Option<String>,
    /// Members of the client data that are other than they should be.
    pub client: serde_json::Value,
}

/// What a browser sends when a credential was used.
pub struct Used {
    pub client_data: Vec<u8>,
    pub authenticator_data: Vec<u8>,
    pub signature: Vec<u8>,
}

impl SoftAuthenticator {
    pub fn new(seed: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
            id: vec![seed; 32],
            aaguid: [0; 16],
            counter: 0,
            flags: UP | UV,
            relying_party: None,
            client: json!({}),
        }
    }

    /// The attestation object, with a statement signed by the credential itself, and the client data.
    pub fn register(&mut self, challenge: &str, page: &str) -> (Vec<u8>, Vec<u8>) {
        let client_data = self.client_data("webauthn.create", challenge, page);
        let data = self.data(page, Some(self.cose_key()));
        let signature = self.sign(&data, &client_data);
        let statement = Value::Map(vec![
            (Value::from("alg"), Value::from(-7)),
            (Value::from("sig"), Value::Bytes(signature)),
        ]);
        (attestation_object("packed", statement, data), client_data)
    }

    /// The attestation object without a statement, and the client data.
    pub fn register_without_statement(&mut self, challenge: &str, page: &str) -> (Vec<u8>, Vec<u8>) {
        let client_data = self.client_data("webauthn.create", challenge, page);
        let data = self.data(page, Some(self.cose_key()));
        (attestation_object("none", Value::Map(Vec::new()), data), client_data)
    }

    /// Uses the credential.
    pub fn assert(&mut self, challenge: &str, page: &str) -> Used {
        let client_data = self.client_data("webauthn.get", challenge, page);
        self.counter = self.counter.wrapping_add(1);
        let authenticator_data = self.data(page, None);
        let signature = self.sign(&authenticator_data, &client_data);
        Used {
            client_data,
            authenticator_data,
            signature,
        }
    }

    /// Registers the key by U2F: the message, and the client data. The certificate is the key's own.
    pub fn register_u2f(&mut self, challenge: &str, page: &str) -> (Vec<u8>, Vec<u8>) {
        let client_data = u2f_client_data("navigator.id.finishEnrollment", challenge, page);
        let point = self.point();
        let parts = [
            &[0],
            &Sha256::digest(page)[..],
            &Sha256::digest(&client_data),
            &self.id,
            &point,
        ]
        .concat();
        let signature: Signature = self.key.sign(&parts);
        let length = u8::try_from(self.id.len()).unwrap();
        let signature = signature.to_der();
        let message = [
            &[5],
            &point[..],
            &[length],
            &self.id,
            &bare_certificate(&point),
            signature.as_bytes(),
        ];
        (message.concat(), client_data)
    }

    /// Uses the key by U2F: the client data, and the message.
    pub fn assert_u2f(&mut self, challenge: &str, page: &str) -> (Vec<u8>, Vec<u8>) {
        let client_data = u2f_client_data("navigator.id.getAssertion", challenge, page);
        self.counter = self.counter.wrapping_add(1);
        let told = [&[self.flags & UP], &self.counter.to_be_bytes()[..]].concat();
        let parts = [&Sha256::digest(page)[..], &told, &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.key.sign(&parts);
        (client_data, [&told, signature.to_der().as_bytes()].concat())
    }

    /// The client data, with whatever is other than it should be.
    pub fn client_data(&self, kind: &str, challenge: &str, page: &str) -> Vec<u8> {
        let mut members = json!({"type": kind, "challenge": challenge, "origin": page, "crossOrigin": false});
        for (name, value) in self.client.as_object().unwrap() {
            members[name] = value.clone();
        }
        members.to_string().into_bytes()
    }

    /// Authenticator data, with a credential's key or without.
    pub fn data(&self, page: &str, key: Option<Value>) -> Vec<u8> {
        let host = page.split("://").nth(1).unwrap().split(':').next().unwrap();
        let relying_party = self.relying_party.as_deref().unwrap_or(host);
        let mut data = Sha256::digest(relying_party).to_vec();
        data.push(self.flags | if key.is_some() { AT } else { 0 });
        data.extend(self.counter.to_be_bytes());
        if let Some(key) = key {
            data.extend(self.aaguid);
            data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
            data.extend(&self.id);
            data.extend(cbor(&key));
        }
        data
    }

    pub fn sign(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key.sign(&[data, &Sha256::digest(client_data)].concat());
        signature.to_der().as_bytes().to_vec()
    }

    /// The public key, uncompressed.
    pub fn point(&self) -> Vec<u8> {
        self.key.verifying_key().to_encoded_point(false).as_bytes().to_vec()
    }

    /// The public key by COSE.
    pub fn cose_key(&self) -> Value {
        let point = self.point();
        numbered(vec![
            (1, Value::from(2)),
            (3, Value::from(-7)),
            (-1, Value::from(1)),
            (-2, Value::Bytes(point[1..33].to_vec())),
            (-3, Value::Bytes(point[33..].to_vec())),
        ])
    }
}

/// A map with numbers for names.
pub fn numbered(members: Vec<(i64, Value)>) -> Value {
    Value::Map(
        members
            .into_iter()
            .map(|(name, value)| (Value::from(name), value))
            .collect(),
    )
}

pub fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

pub fn attestation_object(format: &str, statement: Value, data: Vec<u8>) -> Vec<u8> {
    cbor(&Value::Map(vec![
        (Value::from("fmt"), Value::from(format)),
        (Value::from("attStmt"), statement),
        (Value::from("authData"), Value::Bytes(data)),
    ]))
}

fn u2f_client_data(kind: &str, challenge: &str, page: &str) -> Vec<u8> {
    json!({"typ": kind, "challenge": challenge, "origin": page, "cid_pubkey": "unused"})
        .to_string()
        .into_bytes()
}

/// A value in DER.
pub fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).unwrap();
    let head = match length {
        0..128 => vec![tag, u8::try_from(length).unwrap()],
        128..256 => vec![tag, 0x81, u8::try_from(length).unwrap()],
        _ => [&[tag, 0x82], &length.to_be_bytes()[..]].concat(),
    };
    [head, content].concat()
}

/// The frame of a public key on the curve P-256 (RFC 5480).
pub fn key_info(point: &[u8]) -> Vec<u8> {
    let ec = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    let p256 = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    der(0x30, &[&der(0x30, &[&ec, &p256]), &der(0x03, &[&[0], point])])
}

/// As little of a certificate as can hold a key: version, number, algorithm, issuer, validity and subject say nothing.
pub fn bare_certificate(point: &[u8]) -> Vec<u8> {
    let empty = der(0x30, &[]);
    let version = der(0xa0, &[&[0x02, 0x01, 0x02]]);
    let fields: [&[u8]; 7] = [
        &version,
        &[0x02, 0x01, 0x01],
        &empty,
        &empty,
        &empty,
        &empty,
        &key_info(point),
    ];
    der(0x30, &[&der(0x30, &fields), &empty, &der(0x03, &[&[0]])])
}

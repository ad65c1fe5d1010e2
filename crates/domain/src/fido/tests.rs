//! The rules that need no authenticator.

use super::*;
use crate::entropy::Entropy;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Counts up, so that each draw differs.
struct Counting(std::sync::atomic::AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    }
}

fn entropy() -> Counting {
    Counting(std::sync::atomic::AtomicU8::new(0))
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000).plus_minutes(minutes)
}

/// W2: 128 bits, which browsers give back as they got them.
#[test]
fn w2_a_challenge_has_128_random_bits() {
    let entropy = entropy();
    let challenge = Challenge::webauthn(&entropy, at(0));
    assert_eq!(challenge.text().len(), 22);
    let bytes = decode(challenge.text(), 64).unwrap();
    assert_eq!(bytes.as_slice(), (0..16).collect::<Vec<u8>>());
    assert_eq!(bytes.to_text(), challenge.text());
    assert_ne!(Challenge::webauthn(&entropy, at(0)), challenge);
}

#[test]
fn a_nonce_of_u2f_has_twenty_characters() {
    let nonce = Challenge::u2f(&entropy(), at(0));
    assert_eq!(nonce.text().len(), 20);
    assert_eq!(decode(nonce.text(), 64).unwrap().as_slice().len(), 15);
}

#[test]
fn w2_a_challenge_is_open_for_five_minutes() {
    for challenge in [
        Challenge::webauthn(&entropy(), at(0)),
        Challenge::u2f(&entropy(), at(0)),
    ] {
        assert!(challenge.is_open(None, at(0)));
        assert!(challenge.is_open(None, at(5).plus_millis(-1)));
        assert!(!challenge.is_open(None, at(5)));
    }
}

#[test]
fn w2_a_challenge_of_a_sign_in_is_good_there_only() {
    let (one, two) = (Secret::new("one").digest(), Secret::new("two").digest());
    let challenge = Challenge::webauthn(&entropy(), at(0)).within(Some(one));
    assert!(challenge.is_open(Some(one), at(1)));
    assert!(!challenge.is_open(Some(two), at(1)));
    assert!(!challenge.is_open(None, at(1)));
    let outside = challenge.within(None);
    assert!(!outside.is_open(Some(one), at(1)));
}

#[test]
fn what_is_stored_is_read_back() {
    let challenge = Challenge::webauthn(&entropy(), at(0)).within(Some(Secret::new("one").digest()));
    let json = serde_json::to_string(&challenge).unwrap();
    assert_eq!(serde_json::from_str::<Challenge>(&json).unwrap(), challenge);
    let credential = Credential {
        id: CredentialId::from_bytes(vec![1, 2, 3]).unwrap(),
        key: CredentialKey::Rsa {
            n: Bytes::new(vec![9]),
            e: Bytes::new(vec![1, 0, 1]),
        },
        counter: 7,
        aaguid: Bytes::new(vec![0; 16]),
        backup_eligible: true,
        backed_up: false,
    };
    let json = serde_json::to_string(&credential).unwrap();
    assert!(json.contains(r#""id":"AQID""#), "{json}");
    assert_eq!(serde_json::from_str::<Credential>(&json).unwrap(), credential);
    assert!(serde_json::from_str::<CredentialId>(r#""""#).is_err());
}

#[test]
fn an_origin_is_read_as_browsers_write_it() {
    for (text, origin, host) in [
        ("https://id.example.com", "https://id.example.com", "id.example.com"),
        (
            "HTTPS://ID.example.com:443/base",
            "https://id.example.com",
            "id.example.com",
        ),
        ("http://localhost:8080", "http://localhost:8080", "localhost"),
        ("http://localhost:80", "http://localhost", "localhost"),
        ("http://[::1]:8080", "http://[::1]:8080", "[::1]"),
        ("http://[::1]", "http://[::1]", "[::1]"),
    ] {
        let read = Origin::parse(text).unwrap();
        assert_eq!((read.as_str(), read.host()), (origin, host), "{text}");
    }
    for text in [
        "",
        "id.example.com",
        "https://",
        "https://:443",
        "ftp://id.example.com",
        "https://a b",
        "https://*.example.com",
        "https://user@id.example.com",
        "https://bücher.example",
        "null",
    ] {
        assert_eq!(Origin::parse(text), None, "{text}");
    }
}

#[test]
fn a_relying_party_is_one_that_browsers_serve() {
    let party = |id: &str| {
        let origins = ["https://id.example.com", "https://portal.example.com:8443"];
        let origins = origins.iter().map(|text| Origin::parse(text).unwrap()).collect();
        RelyingParty::new(origins, Some(id.to_owned()), UserVerification::Preferred)
    };
    assert_eq!(party("example.com").unwrap().id(), Some("example.com"));
    for id in [
        "id.example.com",
        "ample.com",
        "other.com",
        "",
        ".com",
        "x.id.example.com",
    ] {
        assert!(party(id).is_err(), "{id}");
    }
    let nobody = RelyingParty::new(Vec::new(), None, UserVerification::Preferred);
    assert_eq!(nobody, Err(InvalidRelyingParty::NoOrigin));
}

#[test]
fn client_data_is_of_one_ceremony() {
    let json = br#"{"type":"webauthn.get","challenge":"c","origin":"https://o","crossOrigin":false,"new":{}}"#;
    assert!(ClientData::webauthn(json, Ceremony::Get).is_some());
    assert!(ClientData::webauthn(json, Ceremony::Create).is_none());
    assert!(ClientData::u2f(json, Ceremony::Get).is_none());
    for json in [
        r#"{"type":"webauthn.get","challenge":"a","challenge":"b","origin":"https://o"}"#,
        r#"{"type":"webauthn.get","challenge":"a"}"#,
        r#"{"type":"webauthn.get","challenge":1,"origin":"https://o"}"#,
        r#"{"type":"webauthn.get","challenge":"a","origin":"https://o","crossOrigin":"true"}"#,
        r#"["webauthn.get","a","https://o",null,null]"#,
        "",
    ] {
        assert_eq!(ClientData::webauthn(json.as_bytes(), Ceremony::Get), None, "{json}");
    }
    assert_eq!(ClientData::webauthn(&[0xff, 0xfe], Ceremony::Get), None);
}

#[test]
fn makes_are_known_by_name() {
    let yubikey = 0xee88_2879_721c_4913_9775_3dfc_ce97_072a_u128.to_be_bytes();
    assert_eq!(authenticator_name(&yubikey), "YubiKey 5 Series");
    assert_eq!(authenticator_name(&[0; 16]), "Authenticator");
    assert_eq!(authenticator_name(&[]), "Authenticator");
}

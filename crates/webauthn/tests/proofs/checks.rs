//! Each thing that a proof must say, by a proof that says something else (W1, W3, W4).

use denizen_domain::fido::{
    AssertionProof, Bytes, Challenge, Credential, Origin, ProofRefusal, RegistrationProof, RelyingParty,
    U2fAssertionProof, U2fKey, U2fRegistrationProof, UserVerification, assert as judge, assert_u2f,
    register as judge_registration, register_u2f,
};
use denizen_domain::time::Timestamp;
use denizen_webauthn::StandardProofs;
use serde_json::json;

use crate::soft_authenticator::{BE, BS, SoftAuthenticator, UP, UV};

const PAGE: &str = "https://id.example.com";
const TEXT: &str = "AAECAwQFBgcICQoLDA0ODw";

fn party(verification: UserVerification) -> RelyingParty {
    let origins = ["https://id.example.com", "https://portal.example.com:8443"];
    let origins = origins.iter().map(|text| Origin::parse(text).unwrap()).collect();
    RelyingParty::new(origins, None, verification).unwrap()
}

fn challenge() -> Challenge {
    Challenge::of_text(TEXT, Timestamp::from_millis(0))
}

fn registered(device: &mut SoftAuthenticator, page: &str) -> Result<Credential, ProofRefusal> {
    let (attestation, client_data) = device.register(TEXT, page);
    let proof = RegistrationProof {
        attestation: Bytes::new(attestation),
        client_data: Bytes::new(client_data),
    };
    judge_registration(
        &StandardProofs,
        &party(UserVerification::Preferred),
        &challenge(),
        &proof,
    )
}

fn used(device: &mut SoftAuthenticator, credential: &Credential, page: &str) -> Result<Credential, ProofRefusal> {
    used_by(UserVerification::Preferred, device, credential, page)
}

fn used_by(
    verification: UserVerification,
    device: &mut SoftAuthenticator,
    credential: &Credential,
    page: &str,
) -> Result<Credential, ProofRefusal> {
    let used = device.assert(TEXT, page);
    let proof = AssertionProof {
        client_data: Bytes::new(used.client_data),
        authenticator_data: Bytes::new(used.authenticator_data),
        signature: Bytes::new(used.signature),
    };
    judge(&StandardProofs, &party(verification), &challenge(), credential, &proof)
}

/// A device, and its credential as it was registered.
fn device() -> (SoftAuthenticator, Credential) {
    let mut device = SoftAuthenticator::new(1);
    let credential = registered(&mut device, PAGE).unwrap();
    (device, credential)
}

#[test]
fn a_credential_is_registered_and_used_again_and_again() {
    let (mut device, mut credential) = device();
    for count in 1..4 {
        credential = used(&mut device, &credential, PAGE).unwrap();
        assert_eq!(credential.counter, count);
    }
}

/// A proof with other client data, both ways.
fn with_client(client: &serde_json::Value) -> (Option<ProofRefusal>, Option<ProofRefusal>) {
    let (mut device, credential) = device();
    device.client = client.clone();
    let registration = registered(&mut device, PAGE).err();
    (registration, used(&mut device, &credential, PAGE).err())
}

#[test]
fn w1_the_type_is_that_of_the_ceremony() {
    for kind in ["webauthn.get ", "WEBAUTHN.GET", "payment.get", ""] {
        let refused = Some(ProofRefusal::Malformed);
        assert_eq!(with_client(&json!({"type": kind})), (refused, refused), "{kind}");
    }
    // The one is not taken for the other.
    assert_eq!(
        with_client(&json!({"type": "webauthn.get"})).0,
        Some(ProofRefusal::Malformed)
    );
    assert_eq!(
        with_client(&json!({"type": "webauthn.create"})).1,
        Some(ProofRefusal::Malformed)
    );
}

#[test]
fn w1_the_challenge_is_the_one_that_was_given() {
    let longer = format!("{TEXT}A");
    for text in [&TEXT[1..], longer.as_str(), "", "aaecawqfbgcicqolda0odw"] {
        let refused = Some(ProofRefusal::Challenge);
        assert_eq!(with_client(&json!({"challenge": text})), (refused, refused), "{text}");
    }
}

#[test]
fn w1_the_origin_is_one_of_ours_letter_for_letter() {
    for origin in [
        "https://evil.example.com",
        "https://badexample.com",
        "https://id.example.com.evil.net",
        "https://id.example.com:443",
        "https://id.example.com/",
        "https://ID.example.com",
        "http://id.example.com",
        "https://portal.example.com",
        "null",
        "",
    ] {
        let refused = Some(ProofRefusal::Origin);
        assert_eq!(with_client(&json!({"origin": origin})), (refused, refused), "{origin}");
    }
}

#[test]
fn w1_a_frame_in_a_page_of_others_proves_nothing() {
    for client in [
        json!({"crossOrigin": true}),
        json!({"topOrigin": "https://evil.example.com"}),
        json!({"crossOrigin": true, "topOrigin": PAGE}),
    ] {
        let refused = Some(ProofRefusal::Origin);
        assert_eq!(with_client(&client), (refused, refused), "{client}");
    }
    assert_eq!(
        with_client(&json!({"crossOrigin": null, "androidPackageName": "x"})),
        (None, None)
    );
}

#[test]
fn w1_each_pages_host_is_its_own_relying_party() {
    let mut other = SoftAuthenticator::new(2);
    let portal = "https://portal.example.com:8443";
    let credential = registered(&mut other, portal).unwrap();
    assert!(used(&mut other, &credential, portal).is_ok());
    let (mut device, credential) = device();
    for host in ["portal.example.com", "example.com", "id.example.com:443", ""] {
        device.relying_party = Some(host.to_owned());
        let refused = Err(ProofRefusal::RelyingParty);
        assert_eq!(registered(&mut device, PAGE), refused, "{host}");
        assert_eq!(used(&mut device, &credential, PAGE), refused, "{host}");
    }
}

#[test]
fn w1_a_named_relying_party_is_the_only_one() {
    let origins = vec![Origin::parse(PAGE).unwrap()];
    let party = RelyingParty::new(origins, Some("example.com".to_owned()), UserVerification::Preferred).unwrap();
    let mut device = SoftAuthenticator::new(1);
    let judged = |device: &mut SoftAuthenticator| {
        let (attestation, client_data) = device.register(TEXT, PAGE);
        let proof = RegistrationProof {
            attestation: Bytes::new(attestation),
            client_data: Bytes::new(client_data),
        };
        judge_registration(&StandardProofs, &party, &challenge(), &proof).err()
    };
    assert_eq!(judged(&mut device), Some(ProofRefusal::RelyingParty));
    device.relying_party = Some("example.com".to_owned());
    assert_eq!(judged(&mut device), None);
}

#[test]
fn w1_somebody_touches_the_authenticator() {
    let (mut device, credential) = device();
    device.flags = UV;
    assert_eq!(registered(&mut device, PAGE), Err(ProofRefusal::UserNotPresent));
    assert_eq!(used(&mut device, &credential, PAGE), Err(ProofRefusal::UserNotPresent));
}

#[test]
fn w1_whose_hand_it_is_matters_where_the_policy_says_so() {
    let (mut device, credential) = device();
    device.flags = UP;
    for (verification, refused) in [
        (UserVerification::Required, Some(ProofRefusal::UserNotVerified)),
        (UserVerification::Preferred, None),
        (UserVerification::Discouraged, None),
    ] {
        assert_eq!(used_by(verification, &mut device, &credential, PAGE).err(), refused);
    }
}

#[test]
fn w1_copies_of_a_key_are_told_of_consistently() {
    let (mut device, credential) = device();
    // Copied, and never to be copied.
    device.flags = UP | UV | BS;
    assert_eq!(registered(&mut device, PAGE), Err(ProofRefusal::Backup));
    assert_eq!(used(&mut device, &credential, PAGE), Err(ProofRefusal::Backup));
    // A credential does not become one that may be copied, nor cease to be one.
    device.flags = UP | UV | BE;
    assert_eq!(used(&mut device, &credential, PAGE), Err(ProofRefusal::Backup));
    let mut synced = SoftAuthenticator::new(2);
    synced.flags = UP | UV | BE;
    let credential = registered(&mut synced, PAGE).unwrap();
    synced.flags = UP | UV | BE | BS;
    assert!(used(&mut synced, &credential, PAGE).unwrap().backed_up);
    synced.flags = UP | UV;
    assert_eq!(used(&mut synced, &credential, PAGE), Err(ProofRefusal::Backup));
}

#[test]
fn w3_an_id_has_one_to_1023_bytes() {
    for (length, is_one) in [(0, false), (1, true), (1023, true), (1024, false)] {
        let mut device = SoftAuthenticator::new(1);
        device.id = vec![7; length];
        assert_eq!(registered(&mut device, PAGE).is_ok(), is_one, "{length}");
    }
}

#[test]
fn w4_a_counter_that_does_not_grow_is_that_of_a_copy() {
    let (mut device, credential) = device();
    device.counter = 9;
    let credential = used(&mut device, &credential, PAGE).unwrap();
    assert_eq!(credential.counter, 10);
    for (told, is_good) in [(10, false), (9, false), (0, false), (11, true), (u32::MAX, true)] {
        device.counter = u32::wrapping_sub(told, 1);
        let expected = if is_good { Ok(told) } else { Err(ProofRefusal::Counter) };
        let judged = used(&mut device, &credential, PAGE);
        assert_eq!(judged.map(|credential| credential.counter), expected, "{told}");
    }
}

#[test]
fn w4_an_authenticator_that_does_not_count_is_taken() {
    let (mut device, credential) = device();
    for _ in 0..2 {
        device.counter = u32::MAX;
        assert_eq!(
            used(&mut device, &credential, PAGE).map(|credential| credential.counter),
            Ok(0)
        );
    }
}

#[test]
fn only_the_credentials_own_key_signs() {
    let (mut device, credential) = device();
    device.key = SoftAuthenticator::new(2).key;
    assert_eq!(used(&mut device, &credential, PAGE), Err(ProofRefusal::Signature));
}

fn u2f_registered(device: &mut SoftAuthenticator) -> U2fKey {
    let (message, client_data) = device.register_u2f(TEXT, PAGE);
    let proof = U2fRegistrationProof {
        registration_data: Bytes::new(message),
        client_data: Bytes::new(client_data),
    };
    register_u2f(
        &StandardProofs,
        &party(UserVerification::Preferred),
        &challenge(),
        &proof,
    )
    .unwrap()
}

fn u2f_used(device: &mut SoftAuthenticator, key: &U2fKey) -> Result<U2fKey, ProofRefusal> {
    let (client_data, message) = device.assert_u2f(TEXT, PAGE);
    let proof = U2fAssertionProof {
        client_data: Bytes::new(client_data),
        signature_data: Bytes::new(message),
    };
    assert_u2f(
        &StandardProofs,
        &party(UserVerification::Preferred),
        &challenge(),
        key,
        &proof,
    )
}

#[test]
fn a_key_of_u2f_is_used_by_whoever_touches_it() {
    let mut device = SoftAuthenticator::new(3);
    let key = u2f_registered(&mut device);
    let key = u2f_used(&mut device, &key).unwrap();
    assert_eq!(key.counter, 1);
    device.counter = 0;
    assert_eq!(u2f_used(&mut device, &key), Err(ProofRefusal::Counter));
    device.flags = 0;
    assert_eq!(u2f_used(&mut device, &key), Err(ProofRefusal::UserNotPresent));
    device.key = SoftAuthenticator::new(4).key;
    assert_eq!(u2f_used(&mut device, &key), Err(ProofRefusal::Signature));
}

//! The vectors of the contract (factors §12).

use denizen_domain::fido::{
    AssertionProof, Bytes, Challenge, CredentialKey, Origin, ProofRefusal, RegistrationProof, RelyingParty,
    U2fAssertionProof, U2fKey, U2fRegistrationProof, UserVerification, assert as judge, assert_u2f, authenticator_name,
    decode, register, register_u2f,
};
use denizen_domain::time::Timestamp;
use denizen_webauthn::StandardProofs;

/// A packed statement, signed with the credential itself.
pub const ATTESTATION: &str = "\
    o2NmbXRmcGFja2VkZ2F0dFN0bXSiY2FsZyZjc2lnWEgwRgIhAMvf2+dzXlHZN1um38Y8aFzrKvX0k5dt/hnDu9lahbR4AiEAuwtMg3IoaElW\
    Mp00QrP/+3Po/6LwXfmYQVfsnsQ+da1oYXV0aERhdGFYxkgb9OHGifjS2dG03qLRqvXrDIRyfGAuc+GzF1z20/eVRV2wvl6tzgACNbzGCmSL\
    CyXx8FUDAEIBvWNHOcE3QDUkDP/HB1kRbrIOoZ1dR874ZaGbMuvaSVHVWN2kfNiO4D+HlAzUEFaqlNi5FPqKw+mF8f0XwdpEBlClAQIDJiAB\
    IVgg0a6oo3W0JdYPu6+eBrbr0WyB3uJLI3ODVgDfQnpgafgiWCB4fFo/5iiVrFhB8pNH2tbBtKewyAHuDkRolcCnVaCcmQ==";
/// What it was made for.
pub const CLIENT_DATA: &str = "\
    eyJjaGFsbGVuZ2UiOiJVSk5wYW9sVWt0dF9vcEZPNXJMYyIsIm9yaWdpbiI6Imh0dHBzOi8vcmFpbi5va3RhMS5jb20iLCJ0eXBlIjoid2Vi\
    YXV0aG4uY3JlYXRlIn0=";
/// A registration of U2F. Its certificate has dates without seconds, which strict readers refuse.
pub const REGISTRATION_DATA: &str = "\
    BQTEMUyOM8h1TiZG4DL-RdMr-tYgTYSf62Y52AmwEFTiSYWIRVO5L-MwWdRJOthmV3J3JrqpmGfmFb820-awx1YIQFlTvkMhxItHlpkzahEq\
    icpw7SIH9yMfTn2kaDcC6JaLKPfV5ds0vzuxF1JJj3gCM01bRC-HWI4nCVgc-zaaoRgwggEcMIHDoAMCAQICCwD52fCSMoNczORdMAoGCCqG\
    SM49BAMCMBUxEzARBgNVBAMTClUyRiBJc3N1ZXIwGhcLMDAwMTAxMDAwMFoXCzAwMDEwMTAwMDBaMBUxEzARBgNVBAMTClUyRiBEZXZpY2Uw\
    WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQFKJupuUgPQcRHUphaW5JPfLvkkwlEwlHKk_ntSp7MS4aTHJyGnpziqncrjiTC_oUVtb-wN-y_\
    t_IMIjueGkhxMAoGCCqGSM49BAMCA0gAMEUCIQDBo6aOLxanIUYnBX9iu3KMngPnobpi0EZSTkVtLC8_cwIgC1945RGqGBKfbyNtkhMifZK0\
    5n7fU-gW37Bdnci5D94wRQIhAJv3VvclbRkHAQhaUR8rr8qFTg9iF-GtHoXU95vWaQdyAiAbEr-440U4dQAZF-Sj8G2fxgh5DkgkkWpyUHZh\
    z7N9ew";
/// What it was made for.
pub const REGISTRATION_CLIENT_DATA: &str = "\
    eyJ0eXAiOiJuYXZpZ2F0b3IuaWQuZmluaXNoRW5yb2xsbWVudCIsImNoYWxsZW5nZSI6IlhxR0h0RTBoUkxuVEoxYUF5U1oyIiwib3JpZ2lu\
    IjoiaHR0cHM6Ly9sb2NhbGhvc3Q6MzAwMCIsImNpZF9wdWJrZXkiOiJ1bnVzZWQifQ";
/// What the key was used for.
pub const ASSERTION_CLIENT_DATA: &str = "\
    eyJ0eXAiOiJuYXZpZ2F0b3IuaWQuZ2V0QXNzZXJ0aW9uIiwiY2hhbGxlbmdlIjoiS2NCLXRqUFU0NDY0ZThuVFBudXIiLCJvcmlnaW4iOiJo\
    dHRwczovL2xvY2FsaG9zdDozMDAwIiwiY2lkX3B1YmtleSI6InVudXNlZCJ9";
/// The use.
pub const SIGNATURE_DATA: &str = "\
    AQAAACYwRgIhAKPktdpH0T5mlPSm_9uGW5w-VaUy-LhI9tIacexpgItkAiEAncRVZURVPOq7zDwIw-OM5LtSkdAxOkfv0ZDVUx3UFHc";
/// The page that the credential was made on.
pub const PAGE: &str = "https://rain.okta1.com";
pub const CHALLENGE: &str = "UJNpaolUktt_opFO5rLc";
/// The page of U2F.
pub const U2F_PAGE: &str = "https://localhost:3000";
pub const U2F_CHALLENGE: &str = "XqGHtE0hRLnTJ1aAySZ2";
pub const U2F_ASSERTION_CHALLENGE: &str = "KcB-tjPU4464e8nTPnur";

pub fn bytes(text: &str) -> Bytes {
    decode(text, 4096).unwrap()
}

pub fn party(page: &str) -> RelyingParty {
    let origins = vec![Origin::parse(page).unwrap()];
    RelyingParty::new(origins, None, UserVerification::Preferred).unwrap()
}

pub fn challenge(text: &str) -> Challenge {
    Challenge::of_text(text, Timestamp::from_millis(0))
}

fn proof() -> RegistrationProof {
    RegistrationProof {
        attestation: bytes(ATTESTATION),
        client_data: bytes(CLIENT_DATA),
    }
}

#[test]
fn the_documented_activation_is_a_registration() {
    let credential = register(&StandardProofs, &party(PAGE), &challenge(CHALLENGE), &proof()).unwrap();
    assert_eq!(
        credential.id.to_text(),
        "Ab1jRznBN0A1JAz_xwdZEW6yDqGdXUfO-GWhmzLr2klR1VjdpHzYjuA_h5QM1BBWqpTYuRT6isPphfH9F8HaRAZQ"
    );
    assert_eq!(credential.counter, 1_571_864_158);
    assert!(matches!(credential.key, CredentialKey::P256(_)));
    assert_eq!(authenticator_name(credential.aaguid.as_slice()), "Chrome on Mac");
    assert!(!credential.backup_eligible && !credential.backed_up);
}

#[test]
fn it_is_one_on_its_own_page_and_for_its_own_challenge_only() {
    let on = |page: &str, text: &str| register(&StandardProofs, &party(page), &challenge(text), &proof()).err();
    assert_eq!(on(PAGE, "UJNpaolUktt_opFO5rLd"), Some(ProofRefusal::Challenge));
    assert_eq!(on("https://rain.okta1.com:8443", CHALLENGE), Some(ProofRefusal::Origin));
    assert_eq!(on("https://okta1.com", CHALLENGE), Some(ProofRefusal::Origin));
}

/// The documents pair client data of U2F with another credential's assertion: no server can take that.
#[test]
fn client_data_of_u2f_is_none_of_webauthn() {
    let credential = register(&StandardProofs, &party(PAGE), &challenge(CHALLENGE), &proof()).unwrap();
    let proof = AssertionProof {
        client_data: bytes(ASSERTION_CLIENT_DATA),
        authenticator_data: bytes("AAAA"),
        signature: bytes("AAAA"),
    };
    let challenge = challenge(U2F_ASSERTION_CHALLENGE);
    let judged = judge(&StandardProofs, &party(U2F_PAGE), &challenge, &credential, &proof);
    assert_eq!(judged, Err(ProofRefusal::Malformed));
}

fn u2f_registration() -> U2fRegistrationProof {
    U2fRegistrationProof {
        registration_data: bytes(REGISTRATION_DATA),
        client_data: bytes(REGISTRATION_CLIENT_DATA),
    }
}

fn u2f_key() -> U2fKey {
    let challenge = challenge(U2F_CHALLENGE);
    register_u2f(&StandardProofs, &party(U2F_PAGE), &challenge, &u2f_registration()).unwrap()
}

fn use_u2f(key: &U2fKey, page: &str, text: &str) -> Result<U2fKey, ProofRefusal> {
    let proof = U2fAssertionProof {
        client_data: bytes(ASSERTION_CLIENT_DATA),
        signature_data: bytes(SIGNATURE_DATA),
    };
    assert_u2f(&StandardProofs, &party(page), &challenge(text), key, &proof)
}

#[test]
fn a_key_of_u2f_is_registered_and_used() {
    let key = u2f_key();
    assert_eq!(
        key.handle.to_text(),
        "WVO-QyHEi0eWmTNqESqJynDtIgf3Ix9OfaRoNwLoloso99Xl2zS_O7EXUkmPeAIzTVtEL4dYjicJWBz7NpqhGA"
    );
    let used = use_u2f(&key, U2F_PAGE, U2F_ASSERTION_CHALLENGE).unwrap();
    assert_eq!(used.counter, 38);
    // W4: the same use again.
    let again = use_u2f(&used, U2F_PAGE, U2F_ASSERTION_CHALLENGE);
    assert_eq!(again, Err(ProofRefusal::Counter));
    assert_eq!(use_u2f(&key, U2F_PAGE, U2F_CHALLENGE), Err(ProofRefusal::Challenge));
}

#[test]
fn a_use_of_u2f_is_no_registration() {
    let crossed = U2fRegistrationProof {
        client_data: bytes(ASSERTION_CLIENT_DATA),
        ..u2f_registration()
    };
    let challenge = challenge(U2F_ASSERTION_CHALLENGE);
    let judged = register_u2f(&StandardProofs, &party(U2F_PAGE), &challenge, &crossed);
    assert_eq!(judged, Err(ProofRefusal::Malformed));
}

#[test]
fn a_key_of_u2f_belongs_to_one_page() {
    let elsewhere = U2fKey {
        app_id: "https://other.example.com".to_owned(),
        ..u2f_key()
    };
    let judged = use_u2f(&elsewhere, U2F_PAGE, U2F_ASSERTION_CHALLENGE);
    assert_eq!(judged, Err(ProofRefusal::RelyingParty));
    let judged = use_u2f(&u2f_key(), PAGE, U2F_ASSERTION_CHALLENGE);
    assert_eq!(judged, Err(ProofRefusal::Origin));
    let challenge = challenge(U2F_CHALLENGE);
    let judged = register_u2f(&StandardProofs, &party(PAGE), &challenge, &u2f_registration());
    assert_eq!(judged, Err(ProofRefusal::Origin));
}

/// Clients write base64 in all of its forms.
#[test]
fn every_form_of_base64_is_read() {
    let bytes = bytes(ATTESTATION);
    let url_safe = bytes.to_text();
    let padded = format!("{url_safe}{}", "=".repeat((4 - url_safe.len() % 4) % 4));
    for text in [url_safe.clone(), padded, url_safe.replace('-', "+").replace('_', "/")] {
        assert_eq!(decode(&text, 4096).as_ref(), Some(&bytes));
    }
    for text in ["A", "AA=", "AAA==", "AAAA=", "AAAA====", "AA\n=", "A*A", "AB", "ä"] {
        assert_eq!(decode(text, 4096), None, "{text:?}");
    }
    assert_eq!(decode("AAAA", 2), None);
    assert_eq!(decode(&"A".repeat(100), 2), None);
}

//! W5: whatever comes, it is judged.

use ciborium::Value;
use denizen_domain::fido::{AuthenticatorProofs as _, ProofRefusal, decode};
use denizen_webauthn::StandardProofs;
use proptest::prelude::*;

use crate::proofs::any_bytes;
use crate::soft_authenticator::{SoftAuthenticator, attestation_object, cbor};
use crate::vectors::{ATTESTATION, CLIENT_DATA, REGISTRATION_CLIENT_DATA, REGISTRATION_DATA, SIGNATURE_DATA, bytes};

const PAGE: &str = "https://id.example.com";
const TEXT: &str = "AAECAwQFBgcICQoLDA0ODw";

#[test]
fn w5_data_that_is_cut_off_is_no_proof() {
    let (attestation, client) = (bytes(ATTESTATION), bytes(CLIENT_DATA));
    let (message, u2f_client) = (bytes(REGISTRATION_DATA), bytes(REGISTRATION_CLIENT_DATA));
    for length in 0..attestation.as_slice().len() {
        let judged = StandardProofs.registration(&attestation.as_slice()[..length], client.as_slice());
        assert_eq!(judged.err(), Some(ProofRefusal::Malformed), "{length}");
    }
    for length in 0..message.as_slice().len() {
        let cut = &message.as_slice()[..length];
        let judged = StandardProofs.u2f_registration(cut, u2f_client.as_slice(), "https://localhost:3000");
        assert!(judged.is_err(), "{length}");
    }
}

#[test]
fn w5_what_follows_a_proof_is_not_passed_over() {
    let client = bytes(CLIENT_DATA);
    let longer = [bytes(ATTESTATION).as_slice(), &[0]].concat();
    let judged = StandardProofs.registration(&longer, client.as_slice());
    assert_eq!(judged.err(), Some(ProofRefusal::Malformed));
    let device = SoftAuthenticator::new(1);
    let client = device.client_data("webauthn.create", TEXT, PAGE);
    let mut data = device.data(PAGE, Some(device.cose_key()));
    data.push(0);
    let judged = StandardProofs.registration(&attestation_object("none", Value::Map(vec![]), data), &client);
    assert_eq!(judged.err(), Some(ProofRefusal::Malformed));
    // The flag of extensions promises them.
    let mut device = device;
    device.flags |= crate::soft_authenticator::ED;
    let mut data = device.data(PAGE, Some(device.cose_key()));
    let without = attestation_object("none", Value::Map(vec![]), data.clone());
    assert_eq!(
        StandardProofs.registration(&without, &client).err(),
        Some(ProofRefusal::Malformed)
    );
    data.extend(cbor(&Value::Map(vec![(Value::from("credProtect"), Value::from(2))])));
    let with = attestation_object("none", Value::Map(vec![]), data);
    assert!(StandardProofs.registration(&with, &client).is_ok());
}

#[test]
fn w5_a_member_that_comes_twice_is_refused() {
    let device = SoftAuthenticator::new(1);
    let client = device.client_data("webauthn.create", TEXT, PAGE);
    let Value::Map(mut members) = device.cose_key() else {
        unreachable!()
    };
    members.push(members[1].clone());
    let data = device.data(PAGE, Some(Value::Map(members)));
    let judged = StandardProofs.registration(&attestation_object("none", Value::Map(vec![]), data), &client);
    assert_eq!(judged.err(), Some(ProofRefusal::Malformed));
}

#[test]
fn w5_depth_and_promised_lengths_cost_nothing() {
    // A thousand arrays in one another, and strings and lists that promise all the memory there is.
    let deep = [&[0xa1, 0x61, b'x'], &vec![0x81; 100_000][..]].concat();
    let long = [&[0x5b], &u64::MAX.to_be_bytes()[..]].concat();
    let many = [&[0x9b], &u64::MAX.to_be_bytes()[..], &[0]].concat();
    let members = [&[0xbb], &u64::MAX.to_be_bytes()[..], &[0]].concat();
    for bytes in [deep, long, many, members] {
        assert_eq!(
            StandardProofs.registration(&bytes, b"{}").err(),
            Some(ProofRefusal::Malformed)
        );
    }
}

proptest! {
    #[test]
    fn w5_any_bytes_are_judged(any: Vec<u8>) {
        any_bytes(&any);
    }

    /// Bytes that begin as a proof does get further in than random ones.
    #[test]
    fn w5_damaged_proofs_are_judged(
        which in 0..3usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let text = [ATTESTATION, REGISTRATION_DATA, SIGNATURE_DATA][which];
        let sound = bytes(text).as_slice().to_vec();
        let mut damaged = sound.clone();
        for (place, byte) in damage {
            let place = place.index(damaged.len());
            damaged[place] = byte;
        }
        if let Some(cut) = cut {
            damaged.truncate(cut.index(damaged.len()));
        }
        any_bytes(&damaged);
        let client = bytes(CLIENT_DATA);
        let judged = StandardProofs.registration(&damaged, client.as_slice());
        prop_assert!(judged.is_err() || damaged == sound || is_same_proof(&sound, &damaged));
    }

    #[test]
    fn w5_any_statement_is_judged(
        format in prop_oneof!["packed", "fido-u2f", "none"],
        alg in prop_oneof![Just(-7i64), Just(-257), any::<i64>()],
        signature: Vec<u8>,
        certificate: Vec<u8>,
    ) {
        let device = SoftAuthenticator::new(1);
        let client = device.client_data("webauthn.create", TEXT, PAGE);
        let statement = Value::Map(vec![
            (Value::from("alg"), Value::from(alg)),
            (Value::from("sig"), Value::Bytes(signature)),
            (Value::from("x5c"), Value::Array(vec![Value::Bytes(certificate)])),
        ]);
        let data = device.data(PAGE, Some(device.cose_key()));
        let judged = StandardProofs.registration(&attestation_object(&format, statement, data), &client);
        let is_other_algorithm = format == "packed" && alg != -7 && alg != -257;
        prop_assert_eq!(judged.is_ok(), is_other_algorithm);
    }

    #[test]
    fn w5_any_text_is_base64_or_not(text in "\\PC{0,64}", longest in 0..64usize) {
        if let Some(bytes) = decode(&text, longest) {
            prop_assert!(bytes.as_slice().len() <= longest);
            prop_assert_eq!(decode(&bytes.to_text(), longest), Some(bytes));
        }
    }
}

/// Whether the damage left every part as it was: CBOR has several ways to write a number.
fn is_same_proof(sound: &[u8], damaged: &[u8]) -> bool {
    let read = |bytes: &[u8]| ciborium::from_reader::<Value, _>(bytes).ok();
    read(sound) == read(damaged)
}

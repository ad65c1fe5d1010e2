//! The vectors of RFC 4226 and RFC 6238 (O6).

use denizen_domain::factor::otp::{
    OtpDigits, OtpHash, OtpJudgement, OtpParameters, OtpVerifier, STEPS_EACH_WAY, judge,
};
use denizen_domain::time::Timestamp;
use proptest::prelude::*;

use super::{HmacOtp, ten_digits, token};

const SHA1_SECRET: &[u8] = b"12345678901234567890";
const SHA256_SECRET: &[u8] = b"12345678901234567890123456789012";
const SHA512_SECRET: &[u8] = b"1234567890123456789012345678901234567890123456789012345678901234";

fn parameters(hash: OtpHash, digits: OtpDigits) -> OtpParameters {
    OtpParameters {
        hash,
        digits,
        ..OtpParameters::USUAL
    }
}

fn seconds(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

/// O6: RFC 4226, appendix D.
#[test]
fn counts_give_the_codes_of_the_standard() {
    let codes = [
        "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
    ];
    for (count, code) in (0_u64..).zip(codes) {
        let last = count.checked_sub(1);
        let found = HmacOtp.matching_count(SHA1_SECRET, &OtpParameters::USUAL, code, last, 0);
        assert_eq!(found, Some(count), "{code}");
        let ahead = HmacOtp.matching_count(SHA1_SECRET, &OtpParameters::USUAL, code, None, 9);
        assert_eq!(ahead, Some(count), "{code}");
        let used = HmacOtp.matching_count(SHA1_SECRET, &OtpParameters::USUAL, code, Some(count), 9);
        assert_eq!(used, None, "{code} is used up");
    }
}

/// O6: RFC 4226, appendix D: the whole numbers before they are cut.
#[test]
fn ten_digits_are_the_whole_number() {
    let numbers = [
        "1284755224",
        "1094287082",
        "0137359152",
        "1726969429",
        "1640338314",
        "0868254676",
        "1918287922",
        "0082162583",
        "0673399871",
        "0645520489",
    ];
    let ten = parameters(OtpHash::Sha1, OtpDigits::Ten);
    for (count, number) in (0_u64..).zip(numbers) {
        assert!(HmacOtp.is_code(SHA1_SECRET, &ten, count, number), "{number}");
        assert!(!HmacOtp.is_code(SHA1_SECRET, &ten, count + 1, number), "{number}");
        assert!(!HmacOtp.is_code(SHA1_SECRET, &ten, count, &number[4..]), "{number}");
    }
    assert_eq!(ten_digits(&[]), "0000000000");
}

/// O6: RFC 6238, appendix B, with eight digits, and with the last six of them.
#[test]
fn times_give_the_codes_of_the_standard() {
    let vectors = [
        (59, ["94287082", "46119246", "90693936"]),
        (1_111_111_109, ["07081804", "68084774", "25091201"]),
        (1_111_111_111, ["14050471", "67062674", "99943326"]),
        (1_234_567_890, ["89005924", "91819424", "93441116"]),
        (2_000_000_000, ["69279037", "90698825", "38618901"]),
        (20_000_000_000, ["65353130", "77737706", "47863826"]),
    ];
    let keys = [
        (OtpHash::Sha1, SHA1_SECRET),
        (OtpHash::Sha256, SHA256_SECRET),
        (OtpHash::Sha512, SHA512_SECRET),
    ];
    for (time, codes) in vectors {
        let step = u64::try_from(time / 30).unwrap();
        for ((hash, secret), code) in keys.into_iter().zip(codes) {
            for (digits, code) in [(OtpDigits::Eight, code), (OtpDigits::Six, &code[2..])] {
                let parameters = parameters(hash, digits);
                let found = HmacOtp.matching_step(secret, &parameters, code, seconds(time), 0);
                assert_eq!(found, Some(step), "{hash:?} {code}");
                let late = HmacOtp.matching_step(secret, &parameters, code, seconds(time + 30), 1);
                assert_eq!(late, Some(step), "{hash:?} {code} a step later");
                let too_late = HmacOtp.matching_step(secret, &parameters, code, seconds(time + 60), 1);
                assert_eq!(too_late, None, "{hash:?} {code} two steps later");
            }
        }
    }
}

/// The documented secret `JBTWGV22G4ZGKV3N` (contract: factors §13).
#[test]
fn the_documented_secret_gives_its_code() {
    let found = HmacOtp.matching_step(
        b"HgcWZ72eWm",
        &OtpParameters::USUAL,
        "825857",
        seconds(59),
        STEPS_EACH_WAY,
    );
    assert_eq!(found, Some(1));
    assert_eq!(judge(found, Some(1), STEPS_EACH_WAY, 1), OtpJudgement::Replayed);
}

#[test]
fn only_digits_are_codes() {
    for code in [
        "", "75522", "7552240", "+55224", " 55224", "755 224", "75522٤", "７55224",
    ] {
        assert!(!HmacOtp.is_code(SHA1_SECRET, &OtpParameters::USUAL, 0, code), "{code}");
    }
}

proptest! {
    /// Any secret, even an empty one, makes codes; the last six of ten digits are what the library shows.
    #[test]
    fn lengths_agree(secret in proptest::collection::vec(any::<u8>(), 0..200), number in any::<u64>()) {
        for hash in [OtpHash::Sha1, OtpHash::Sha256, OtpHash::Sha512] {
            let ten = ten_digits(token(&secret, &parameters(hash, OtpDigits::Ten)).sign(number).as_ref());
            for (digits, code) in [(OtpDigits::Ten, &ten[..]), (OtpDigits::Eight, &ten[2..]), (OtpDigits::Six, &ten[4..])] {
                prop_assert!(HmacOtp.is_code(&secret, &parameters(hash, digits), number, code));
            }
        }
    }
}

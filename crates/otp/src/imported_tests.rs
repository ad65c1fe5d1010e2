//! Known vectors of every imported algorithm (P10). Those of bcrypt come from jBCrypt's tests and from libxcrypt.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn bcrypt_hash(text: &str) -> ImportedHash {
    let mut parts = text.split('$').skip(2);
    let work_factor = parts.next().unwrap().parse().unwrap();
    let (salt, value) = parts.next().unwrap().split_at(22);
    ImportedHash::Bcrypt {
        work_factor,
        salt: salt.to_owned(),
        value: value.to_owned(),
    }
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let pairs = hexadecimal.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn digest_hash(digest: PlainDigest, salt: Option<(&str, SaltOrder)>, hexadecimal: &str) -> ImportedHash {
    ImportedHash::Digest {
        digest,
        salt: salt.map(|(salt, order)| (salt.as_bytes().to_vec(), order)),
        value: bytes(hexadecimal),
    }
}

/// P10
#[test]
fn bcrypt_vectors_verify() {
    let cases = [
        ("$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.", ""),
        ("$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe", "a"),
        ("$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i", "abc"),
        ("$2b$04$abcdefghijklmnopqrstuuc1pqO32Jjm3MjkBXEuJk7AAzEdrKrQ.", "ä"),
        (
            "$2b$04$abcdefghijklmnopqrstuu.gc7UY/21CSNJGJg21jJzx9QiOpJ9bO",
            &"x".repeat(71),
        ),
    ];
    for (hash, password) in cases {
        assert_eq!(verify(&bcrypt_hash(hash), password), Ok(true), "{hash}");
        assert_eq!(verify(&bcrypt_hash(hash), &format!("{password}!")), Ok(false), "{hash}");
    }
}

/// P2: this hash was made of 80 characters, of which bcrypt saw 72. Neither they nor any prefix get in.
#[test]
fn bcrypt_never_accepts_a_prefix_of_a_long_password() {
    let hash = bcrypt_hash("$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i");
    for length in [71, 72, 73, 80, 81, 200] {
        assert_eq!(verify(&hash, &"x".repeat(length)), Ok(false), "{length}");
    }
}

/// bcrypt repeats the key with its end mark; `a`, zero byte, `a` would be the same key as `a`.
#[test]
fn bcrypt_refuses_a_zero_byte() {
    let hash = bcrypt_hash("$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe");
    assert_eq!(verify(&hash, "a\0a"), Ok(false));
}

/// P10: FIPS 180 and RFC 1321 give the digests of `abc`; a salt is a part of it.
#[test]
fn digest_vectors_verify_with_each_salt_order() {
    let vectors = [
        (
            PlainDigest::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (
            PlainDigest::Sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (PlainDigest::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (PlainDigest::Md5, "900150983cd24fb0d6963f7d28e17f72"),
    ];
    for (digest, value) in vectors {
        let cases = [
            (None, "abc"),
            (Some(("a", SaltOrder::Prefix)), "bc"),
            (Some(("bc", SaltOrder::Postfix)), "a"),
        ];
        for (salt, password) in cases {
            let hash = digest_hash(digest, salt, value);
            assert_eq!(verify(&hash, password), Ok(true), "{digest:?} {salt:?}");
            assert_eq!(verify(&hash, "abcd"), Ok(false), "{digest:?} {salt:?}");
        }
        let swapped = digest_hash(digest, Some(("a", SaltOrder::Postfix)), value);
        assert_eq!(verify(&swapped, "bc"), Ok(false), "{digest:?}");
    }
}

/// P10: the input of RFC 6070's third vector with other digests; the results are OpenSSL's.
#[test]
fn pbkdf2_vectors_verify() {
    let vectors = [
        (
            Pbkdf2Digest::Sha256,
            "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a",
        ),
        (
            Pbkdf2Digest::Sha512,
            "d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5\
             143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5",
        ),
    ];
    for (digest, value) in vectors {
        let with = |iterations: u32, value: Vec<u8>| ImportedHash::Pbkdf2 {
            salt: b"salt".to_vec(),
            value,
            iterations,
            digest,
        };
        assert_eq!(verify(&with(4096, bytes(value)), "password"), Ok(true), "{digest:?}");
        assert_eq!(
            verify(&with(4096, bytes(&value[..40])), "password"),
            Ok(true),
            "{digest:?}"
        );
        assert_eq!(verify(&with(4096, bytes(value)), "passwore"), Ok(false), "{digest:?}");
        assert_eq!(verify(&with(4097, bytes(value)), "password"), Ok(false), "{digest:?}");
        assert!(verify(&with(0, bytes(value)), "password").is_err());
    }
}

/// An empty stored value would equal an empty result.
#[test]
fn an_empty_hash_lets_nobody_in() {
    let empty = ImportedHash::Pbkdf2 {
        salt: b"salt".to_vec(),
        value: vec![],
        iterations: 4096,
        digest: Pbkdf2Digest::Sha256,
    };
    assert_eq!(verify(&empty, "password"), Ok(false));
    assert_eq!(verify(&digest_hash(PlainDigest::Md5, None, ""), "password"), Ok(false));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// P10: no stored hash and no password makes the verification panic, and a hash of another length never matches.
    #[test]
    fn malformed_hashes_let_nobody_in(
        work_factor in prop_oneof![0_u32..4, 21_u32..],
        text in ".{0,40}",
        value in vec(any::<u8>(), 0..15),
        password in ".{0,100}",
    ) {
        let bcrypt = ImportedHash::Bcrypt { work_factor, salt: text.clone(), value: text };
        prop_assert!(verify(&bcrypt, &password) != Ok(true));
        for digest in [PlainDigest::Sha512, PlainDigest::Sha256, PlainDigest::Sha1, PlainDigest::Md5] {
            let short = ImportedHash::Digest { digest, salt: None, value: value.clone() };
            prop_assert_eq!(verify(&short, &password), Ok(false));
        }
    }

    /// P2: passwords that bcrypt would cut never match, whatever is stored.
    #[test]
    fn bcrypt_refuses_what_it_would_cut(password in "[a-zä]{72,120}", salt in "[./A-Za-z0-9]{22}", value in "[./A-Za-z0-9]{31}") {
        let hash = ImportedHash::Bcrypt { work_factor: 4, salt, value };
        prop_assert_eq!(verify(&hash, &password), Ok(false));
    }
}

//! The forms and the spread of random texts.

use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::*;
use crate::password::{PasswordFacts, PasswordPolicy};

/// SplitMix64: reproducible, and spread well enough to show bias.
struct Seeded(AtomicU64);

impl Seeded {
    fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Gives the same bytes again and again.
struct Cycling(Vec<u8>, AtomicU64);

impl Entropy for Cycling {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let at = self.1.fetch_add(1, Ordering::Relaxed) as usize;
            *byte = self.0[at % self.0.len()];
        }
    }
}

fn is_url_safe(text: &str) -> bool {
    text.bytes().all(|byte| URL_SAFE.contains(&byte))
}

proptest! {
    /// T2: 22 characters of 64 follow the prefix: 132 bits.
    #[test]
    fn one_time_tokens_carry_132_bits(seed: u64) {
        let token = one_time_token(&Seeded::new(seed), "drp");
        let random = token.expose().strip_prefix("drp").unwrap();
        prop_assert!(random.len() == 22 && is_url_safe(random));
    }

    #[test]
    fn api_tokens_have_42_characters_and_start_with_00(seed: u64) {
        let token = api_token(&Seeded::new(seed));
        prop_assert!(token.expose().len() == 42 && token.expose().starts_with("00") && is_url_safe(token.expose()));
    }

    #[test]
    fn uuids_show_their_version_and_variant(seed: u64) {
        let text = uuid(&Seeded::new(seed));
        let lengths: Vec<_> = text.split('-').map(str::len).collect();
        prop_assert_eq!(lengths, [8, 4, 4, 4, 12]);
        prop_assert!(text.as_bytes()[14] == b'4' && b"89ab".contains(&text.as_bytes()[19]));
    }

    /// P11: what the directory hands out satisfies its own default policy and is read without doubt.
    #[test]
    fn temporary_passwords_satisfy_the_default_policy(seed: u64) {
        let password = temporary_password(&Seeded::new(seed));
        let facts = PasswordFacts { login: "isaac.brock@example.com".to_owned(), ..PasswordFacts::default() };
        prop_assert!(PasswordPolicy::default().check(&password, &facts).is_ok());
        let text = password.expose();
        prop_assert!(text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        prop_assert!(!text.contains(['0', 'O', 'l', '1', 'I', 'o']));
    }
}

#[test]
fn draws_differ() {
    let entropy = Seeded::new(1);
    assert_ne!(number(&entropy), number(&entropy));
    assert!(one_time_token(&entropy, "") != one_time_token(&entropy, ""));
}

/// Chi-square with 23 degrees of freedom stays under 49.7 in 999 of 1000 fair runs.
#[test]
fn characters_are_equally_likely() {
    let entropy = Seeded::new(7);
    let mut counts = [0_f64; 24];
    for _ in 0..24_000 {
        let drawn = pick(&entropy, LOWER);
        counts[LOWER.iter().position(|byte| *byte == drawn).unwrap()] += 1.0;
    }
    let chi_square: f64 = counts.iter().map(|count| (count - 1000.0).powi(2) / 1000.0).sum();
    assert!(chi_square < 49.7, "{chi_square} {counts:?}");
}

/// 240 is ten times 24: bytes from there on would favour the first letters, and are drawn again.
#[test]
fn bytes_that_would_favour_a_character_are_drawn_again() {
    let entropy = Cycling(vec![255, 240, 5], AtomicU64::new(0));
    assert_eq!(pick(&entropy, LOWER), LOWER[5]);
}

//! Number matching: the device approves by choosing the number that whoever asks is looking at (contract: factors §7.6).

use serde::{Deserialize, Serialize};

use crate::entropy::Entropy;

/// Numbers are below this.
const NUMBERS: u8 = 100;

/// A number to be chosen among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberChallenge {
    /// The right one. The device is not told which it is.
    pub correct: u8,
    /// The others.
    pub decoys: [u8; 2],
}

impl NumberChallenge {
    /// Draws three different numbers, each equally likely.
    #[must_use]
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let mut drawn: Vec<u8> = Vec::with_capacity(3);
        while drawn.len() < 3 {
            let mut byte = [0];
            entropy.fill(&mut byte);
            // Bytes that would favour the first numbers are drawn again.
            if byte[0] < 2 * NUMBERS && !drawn.contains(&(byte[0] % NUMBERS)) {
                drawn.push(byte[0] % NUMBERS);
            }
        }
        Self {
            correct: drawn[0],
            decoys: [drawn[1], drawn[2]],
        }
    }

    /// What the device offers, in an order that tells nothing.
    #[must_use]
    pub fn choices(&self) -> [u8; 3] {
        let mut choices = [self.correct, self.decoys[0], self.decoys[1]];
        choices.sort_unstable();
        choices
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// A generator whose bytes are all equally frequent.
    struct Counting(AtomicU64);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                let mixed = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
                let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                *byte = (mixed >> 56) as u8;
            }
        }
    }

    #[test]
    fn numbers_are_different_and_equally_likely() {
        const DRAWS: usize = 50_000;
        let entropy = Counting(AtomicU64::new(1));
        let mut counts = [0_usize; NUMBERS as usize];
        let mut places = [0_usize; 3];
        for _ in 0..DRAWS {
            let challenge = NumberChallenge::draw(&entropy);
            let choices = challenge.choices();
            assert!(choices[0] < choices[1] && choices[1] < choices[2] && choices[2] < NUMBERS);
            counts[usize::from(challenge.correct)] += 1;
            let place = choices.iter().position(|one| *one == challenge.correct);
            places[place.unwrap()] += 1;
        }
        let chi_square = |counts: &[usize]| {
            let expected = DRAWS as f64 / counts.len() as f64;
            let squares = counts.iter().map(|n| (*n as f64 - expected).powi(2) / expected);
            squares.sum::<f64>()
        };
        // Exceeded by chance once in a thousand, for 99 and for 2 degrees of freedom.
        assert!(chi_square(&counts) < 148.3, "{counts:?}");
        assert!(chi_square(&places) < 13.9, "{places:?}");
    }
}

//! Ids of requests and of errors. They must be unique and hard to guess, not secret: a keyed hash of a counter will do, and
//! costs no system call per request. Key and counter belong to the thread.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEX: &[u8; 16] = b"0123456789abcdef";

thread_local! {
    static KEYS: [RandomState; 2] = [RandomState::new(), RandomState::new()];
    static DRAWN: Cell<u64> = const { Cell::new(0) };
}

/// The id of a request: 32 hexadecimal digits (contract: conventions §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestId([u8; 32]);

impl RequestId {
    /// A new id.
    pub(crate) fn draw() -> Self {
        let mut number = draw();
        let mut digits = [0; 32];
        for digit in &mut digits {
            *digit = HEX[(number & 15) as usize];
            number >>= 4;
        }
        Self(digits)
    }

    /// The digits.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hexadecimal digits are text")
    }
}

/// The id of an error: `oae` and 22 characters (contract: conventions §2).
pub(crate) fn error_id() -> String {
    let mut id = String::with_capacity(25);
    id.push_str("oae");
    for _ in 0..2 {
        let mut number = draw();
        for _ in 0..11 {
            id.push(char::from(URL_SAFE[(number & 63) as usize]));
            number >>= 6;
        }
    }
    id
}

fn draw() -> u128 {
    let count = DRAWN.with(|drawn| {
        let count = drawn.get().wrapping_add(1);
        drawn.set(count);
        count
    });
    KEYS.with(|[low, high]| u128::from(high.hash_one(count)) << 64 | u128::from(low.hash_one(count)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_have_their_form_and_do_not_repeat() {
        let requests: HashSet<String> = (0..1000).map(|_| RequestId::draw().as_str().to_owned()).collect();
        assert_eq!(requests.len(), 1000);
        assert!(
            requests
                .iter()
                .all(|id| id.len() == 32 && id.bytes().all(|byte| HEX.contains(&byte)))
        );
        let errors: HashSet<String> = (0..1000).map(|_| error_id()).collect();
        assert_eq!(errors.len(), 1000);
        assert!(errors.iter().all(|id| id.len() == 25 && id.starts_with("oae")));
        assert!(errors.iter().all(|id| id.bytes().all(|byte| URL_SAFE.contains(&byte))));
    }

    #[test]
    fn threads_draw_different_ids() {
        let other = std::thread::spawn(RequestId::draw).join().unwrap();
        assert_ne!(other, RequestId::draw());
    }
}

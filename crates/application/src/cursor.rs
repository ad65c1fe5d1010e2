//! Cursors: positions in lists, signed and bound to the list and to the caller (D8).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use denizen_domain::ports::Position;
use denizen_domain::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const SIGNATURE_LENGTH: usize = 16;
const LONGEST: usize = 1024;

/// Signs and checks cursors.
pub(crate) struct Cursors {
    key: Secret,
}

impl Cursors {
    pub(crate) fn new(key: Secret) -> Self {
        Self { key }
    }

    /// The cursor for a position in a list. `list` names the list with everything that shapes it.
    pub(crate) fn seal(&self, position: &Position, list: &str, caller: &str) -> String {
        let mut bytes = self.mac(&position.0, list, caller).finalize().into_bytes()[..SIGNATURE_LENGTH].to_vec();
        bytes.extend_from_slice(position.0.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position that a cursor stands for; `None` for a cursor of another list, of another caller, or of nobody.
    pub(crate) fn open(&self, cursor: &str, list: &str, caller: &str) -> Option<Position> {
        if cursor.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (signature, position) = bytes.split_at_checked(SIGNATURE_LENGTH)?;
        let position = String::from_utf8(position.to_vec()).ok()?;
        self.mac(&position, list, caller)
            .verify_truncated_left(signature)
            .ok()?;
        Some(Position(position))
    }

    fn mac(&self, position: &str, list: &str, caller: &str) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.key.expose().as_bytes()).expect("HMAC takes keys of any length");
        for part in [position, list, caller] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cursors() -> Cursors {
        Cursors::new(Secret::new("a key"))
    }

    /// D8: a cursor is good for its list and its caller, and for nothing else.
    #[test]
    fn a_cursor_is_bound_to_its_list_and_its_caller() {
        let cursor = cursors().seal(&Position("42".to_owned()), "users?search=x", "00u1");
        assert_eq!(
            cursors().open(&cursor, "users?search=x", "00u1"),
            Some(Position("42".to_owned()))
        );
        assert_eq!(cursors().open(&cursor, "users?search=y", "00u1"), None);
        assert_eq!(cursors().open(&cursor, "users?search=x", "00u2"), None);
        assert_eq!(
            Cursors::new(Secret::new("other")).open(&cursor, "users?search=x", "00u1"),
            None
        );
    }

    proptest! {
        /// D8: no other text is a cursor, and none makes the decoder panic.
        #[test]
        fn tampered_cursors_are_refused(place in 0usize..20, with in "[A-Za-z0-9_-]", text in ".{0,60}") {
            let cursor = cursors().seal(&Position("42".to_owned()), "users", "00u1");
            let mut tampered = cursor.clone();
            tampered.replace_range(place..=place, &with);
            prop_assert_eq!(cursors().open(&tampered, "users", "00u1").is_some(), tampered == cursor);
            crate::cursor_fuzzing::any_text(&text);
            crate::cursor_fuzzing::any_text(&tampered);
        }
    }
}

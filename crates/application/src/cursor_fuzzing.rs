//! What must hold of any text that is given as a cursor. The fuzz target and the property test share it.

use denizen_domain::secret::Secret;

use crate::cursor::Cursors;

/// D8: a text that is taken for a cursor is the one that stands for its position, letter for letter; no other is taken.
///
/// # Panics
/// When another one is.
pub fn any_text(text: &str) {
    let cursors = Cursors::new(Secret::new("a key that no text was signed with"));
    let caller = "00u1";
    if let Some(position) = cursors.open(text, "users", caller) {
        assert_eq!(
            cursors.seal(&position, "users", caller),
            text,
            "a second form of a cursor"
        );
    }
}

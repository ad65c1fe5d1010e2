//! Pieces of lists.

/// A place in a list, made by the store and given back to it. Nobody else looks inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position(pub String);

/// A piece of a list, in order.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last page, even when that is full.
    pub next: Option<Position>,
}

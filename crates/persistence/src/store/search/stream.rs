//! Streams of users' places in the order of creation, which can jump forward.

use denizen_domain::ports::StoreError;

use super::Reader;
use super::column::{Column, Key};

/// Entries that one statement reads from an index when users are far apart in it, and when they are close.
const SHORTEST: usize = 16;
const LONGEST: usize = 2048;

/// Users as an index, a set, or a combination of streams tells them.
pub(super) enum Stream {
    /// These, in ascending order.
    Set(Vec<i64>),
    /// Those with one key of an index.
    Index(IndexStream),
    /// Those in any of these.
    Any(Vec<Stream>),
    /// Those in all of these.
    All(Vec<Stream>),
}

/// A part of an index under one key, read piece by piece.
pub(super) struct IndexStream {
    column: Column,
    key: Key,
    /// The place from which on the piece is complete.
    from: i64,
    piece: Vec<i64>,
    /// Nothing follows the piece.
    is_last: bool,
    /// How much to read next; grows while answers come out of the piece, and shrinks when they lie behind it.
    length: usize,
    answers: usize,
}

impl Stream {
    /// The first user at a place or behind it.
    pub(super) fn seek(&mut self, reader: &mut Reader<'_>, place: i64) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Set(places) => Ok(places.get(places.partition_point(|at| *at < place)).copied()),
            Self::Index(index) => index.seek(reader, place),
            Self::Any(streams) => {
                let mut first: Option<i64> = None;
                for stream in streams {
                    let found = stream.seek(reader, place)?;
                    first = first.into_iter().chain(found).min();
                }
                Ok(first)
            }
            Self::All(streams) => {
                let mut goal = place;
                loop {
                    let start = goal;
                    for stream in streams.iter_mut() {
                        match stream.seek(reader, goal)? {
                            Some(found) => goal = found,
                            None => return Ok(None),
                        }
                    }
                    if goal == start {
                        return Ok((!streams.is_empty()).then_some(goal));
                    }
                }
            }
        }
    }

    /// The next users from a place on; fewer than asked for only where the stream ends.
    pub(super) fn take(&mut self, reader: &mut Reader<'_>, from: i64, most: usize) -> Result<Vec<i64>, StoreError> {
        let mut taken = Vec::new();
        let mut place = from;
        while taken.len() < most {
            let Some(found) = self.seek(reader, place)? else {
                break;
            };
            taken.push(found);
            place = found.saturating_add(1);
        }
        Ok(taken)
    }

    /// Everybody in the stream, unless they are more than this number.
    pub(super) fn everybody(&mut self, reader: &mut Reader<'_>, most: usize) -> Result<Option<Vec<i64>>, StoreError> {
        let places = self.take(reader, 0, most + 1)?;
        Ok((places.len() <= most).then_some(places))
    }

    /// Whether it is known to hold no more than this number of users.
    pub(super) fn holds_at_most(&self, number: usize) -> bool {
        match self {
            Self::Set(places) => places.len() <= number,
            Self::Index(_) => false,
            Self::Any(streams) => streams
                .iter()
                .all(|stream| stream.holds_at_most(number / streams.len().max(1))),
            Self::All(streams) => streams.iter().any(|stream| stream.holds_at_most(number)),
        }
    }

    /// Which part of all users it holds, judged by its first piece.
    pub(super) fn density(&self) -> f64 {
        match self {
            Self::Set(places) => density(places),
            Self::Index(index) => density(&index.piece),
            Self::Any(streams) => streams.iter().map(Self::density).sum(),
            Self::All(streams) => streams.iter().map(Self::density).fold(1.0, f64::min),
        }
    }
}

/// Users per place, over the stretch that some places cover.
fn density(places: &[i64]) -> f64 {
    match (places.first(), places.last()) {
        (Some(first), Some(last)) if first < last => {
            let stretch = i32::try_from(last - first).unwrap_or(i32::MAX);
            let number = i32::try_from(places.len()).unwrap_or(i32::MAX);
            f64::from(number) / f64::from(stretch)
        }
        _ => 0.0,
    }
}

impl IndexStream {
    /// Starts reading at a place. What ends with the first piece is a set.
    pub(super) fn open(
        reader: &mut Reader<'_>,
        column: Column,
        key: Key,
        from: i64,
        length: usize,
    ) -> Result<Stream, StoreError> {
        let length = length.clamp(SHORTEST, LONGEST);
        let piece = reader.with_key(&column, &key, from, length)?;
        if piece.len() < length {
            return Ok(Stream::Set(piece));
        }
        Ok(Stream::Index(Self {
            column,
            key,
            from,
            piece,
            is_last: false,
            length,
            answers: 0,
        }))
    }

    fn seek(&mut self, reader: &mut Reader<'_>, place: i64) -> Result<Option<i64>, StoreError> {
        let is_covered = place >= self.from && (self.is_last || self.piece.last().is_some_and(|last| place <= *last));
        if !is_covered {
            self.length = match self.answers {
                0 | 1 => (self.length / 2).max(SHORTEST),
                _ => (self.length * 2).min(LONGEST),
            };
            self.piece = reader.with_key(&self.column, &self.key, place, self.length)?;
            self.is_last = self.piece.len() < self.length;
            self.from = place;
            self.answers = 0;
        }
        self.answers += 1;
        Ok(self.piece.get(self.piece.partition_point(|at| *at < place)).copied())
    }
}

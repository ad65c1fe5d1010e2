//! The first users of a sorted list behind a place, picked from users in any order.

use super::position::Rank;

/// Keeps the first few of all that are offered.
pub(crate) struct First {
    most: usize,
    descending: bool,
    behind: Option<Rank>,
    kept: Vec<(Rank, i64)>,
}

impl First {
    pub(crate) fn new(most: usize, descending: bool, behind: Option<Rank>) -> Self {
        Self {
            most,
            descending,
            behind,
            kept: Vec::new(),
        }
    }

    /// Considers the one at a place in the order of creation.
    pub(crate) fn offer(&mut self, rank: Rank, seq: i64) {
        let is_behind = |behind: &Rank| rank.compare(behind, self.descending).is_gt();
        if !self.behind.as_ref().is_none_or(is_behind) {
            return;
        }
        let at = self
            .kept
            .partition_point(|(kept, _)| kept.compare(&rank, self.descending).is_lt());
        if at < self.most {
            self.kept.insert(at, (rank, seq));
            self.kept.truncate(self.most);
        }
    }

    /// How many more are wanted.
    pub(super) fn missing(&self) -> usize {
        self.most - self.kept.len()
    }

    /// Whether as many as wanted are there; others may still be better.
    pub(super) fn is_full(&self) -> bool {
        self.missing() == 0
    }

    /// Where the list goes on, as far as it was told at the start.
    pub(super) fn behind(&self) -> Option<&Rank> {
        self.behind.as_ref()
    }

    pub(crate) fn into_kept(self) -> Vec<(Rank, i64)> {
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::super::position::Worth;
    use super::*;

    #[test]
    fn keeps_the_first_ones_behind_a_place() {
        let rank = |worth: i64| Rank {
            worth: Some(Worth::Time(worth)),
            id: "x".to_owned(),
        };
        let mut first = First::new(2, true, Some(rank(7)));
        for worth in [1, 9, 5, 7, 6, 2] {
            first.offer(rank(worth), worth);
        }
        assert!(first.is_full());
        assert_eq!(
            first.into_kept().iter().map(|(_, seq)| *seq).collect::<Vec<_>>(),
            [6, 5]
        );
    }
}

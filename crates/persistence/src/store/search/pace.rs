//! How much to read next, judged by how many of those read so far were wanted.

const SHORTEST: usize = 16;
const LONGEST: usize = 2048;

/// Counts what was looked at and what fitted.
#[derive(Default)]
pub(super) struct Pace {
    looked_at: usize,
    fitted: usize,
}

impl Pace {
    /// Counts a piece.
    pub(super) fn count(&mut self, looked_at: usize, fitted: usize) {
        self.looked_at += looked_at;
        self.fitted += fitted;
    }

    /// Whether most of what was looked at fitted, so far.
    pub(super) fn is_good(&self) -> bool {
        self.fitted * 2 >= self.looked_at
    }

    /// How much to read for this number of users: a little more than needed at the rate so far, at first just as many.
    pub(super) fn next(&self, missing: usize) -> usize {
        let length = if self.looked_at == 0 {
            missing
        } else {
            let expected = missing.saturating_mul(self.looked_at) / self.fitted.max(1);
            expected + expected / 4 + SHORTEST
        };
        length.clamp(SHORTEST, LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_in_proportion_to_what_fits() {
        let mut pace = Pace::default();
        assert_eq!((pace.next(201), pace.next(1)), (201, SHORTEST));
        pace.count(201, 200);
        assert_eq!(pace.next(1), 1 + SHORTEST);
        pace.count(799, 50);
        assert_eq!(pace.next(100), 400 + 100 + SHORTEST);
        let mut hopeless = Pace::default();
        hopeless.count(500, 0);
        assert_eq!(hopeless.next(200), LONGEST);
    }
}

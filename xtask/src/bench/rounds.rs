//! Rounds: what is compared alternates, so that a noisy minute meets all of it, and the median counts.

/// The middle of some values; of an even number, the lower one of the two in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values
        .get(values.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(f64::NAN)
}

/// The median over some outcomes of one number that each has.
pub fn median_of<T>(outcomes: &[T], number: impl Fn(&T) -> f64) -> f64 {
    median(outcomes.iter().map(number).collect())
}

/// The median of the ratios of each round. Both sides of a round ran next to each other.
pub fn median_ratio<A, B>(pairs: &[(A, B)], above: impl Fn(&A) -> f64, below: impl Fn(&B) -> f64) -> f64 {
    median(pairs.iter().map(|(a, b)| above(a) / below(b)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_a_noisy_round() {
        assert!((median(vec![3.0, 100.0, 1.0]) - 3.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        let pairs = [(50.0, 100.0), (5.0, 10.0), (90.0, 100.0)];
        assert!((median_ratio(&pairs, |a| *a, |b| *b) - 0.5).abs() < f64::EPSILON);
    }
}

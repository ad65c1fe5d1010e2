//! What something slow does to everybody else: reading beside it against reading alone.

use super::load::Outcome;
use super::report::{Figure, Goal, Unit, thousands};
use super::rounds::{median_of, median_ratio};

/// The p99 of reading, each round beside something and alone.
pub fn figure(what: String, pairs: &[(Outcome, Outcome)]) -> Figure {
    Figure {
        what,
        value: median_ratio(pairs, |beside| beside.p99_ms, |alone| alone.p99_ms),
        unit: Unit::Ratio,
        goal: Goal::AtMost(3.0),
        context: format!(
            "{:.1} ms, alone {:.1} ms; {}/s, alone {}/s",
            median_of(pairs, |(beside, _)| beside.p99_ms),
            median_of(pairs, |(_, alone)| alone.p99_ms),
            thousands(median_of(pairs, |(beside, _)| beside.rate())),
            thousands(median_of(pairs, |(_, alone)| alone.rate())),
        ),
    }
}

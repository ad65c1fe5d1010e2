//! The table of figures: printed, and written to `docs/performance.md`.

use std::fmt;
use std::fs;

use anyhow::Result;

use super::usage;
use super::{Extent, FEW};
use crate::workspace::Workspace;

/// Figures of one topic.
pub struct Section {
    pub title: &'static str,
    /// What is measured, and against what.
    pub about: String,
    pub figures: Vec<Figure>,
}

/// One measured value.
pub struct Figure {
    pub what: String,
    pub value: f64,
    pub unit: Unit,
    pub goal: Goal,
    /// Absolute figures and whatever else helps to judge it.
    pub context: String,
}

/// What a value counts.
#[derive(Clone, Copy)]
pub enum Unit {
    Ratio,
    Milliseconds,
    Megabytes,
    PerSecond,
}

/// What a value has to be.
#[derive(Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// It only helps to judge the others.
    None,
}

impl Section {
    /// Whether every goal is reached.
    pub fn is_reached(&self) -> bool {
        self.figures.iter().all(Figure::is_reached)
    }
}

impl Figure {
    fn is_reached(&self) -> bool {
        match self.goal {
            Goal::AtLeast(least) => self.value >= least,
            Goal::AtMost(most) => self.value <= most,
            Goal::None => true,
        }
    }

    fn goal(&self) -> String {
        let missed = if self.is_reached() { "" } else { ", **missed**" };
        match self.goal {
            Goal::AtLeast(least) => format!("≥ {}{missed}", self.unit.shown(least)),
            Goal::AtMost(most) => format!("≤ {}{missed}", self.unit.shown(most)),
            Goal::None => "–".to_owned(),
        }
    }
}

impl Unit {
    fn shown(self, value: f64) -> String {
        match self {
            Self::Ratio => format!("{value:.2}"),
            Self::Milliseconds if value < 10.0 => format!("{value:.2} ms"),
            Self::Milliseconds => format!("{value:.0} ms"),
            Self::Megabytes => format!("{value:.1} MB"),
            Self::PerSecond if value < 10.0 => format!("{value:.1}/s"),
            Self::PerSecond => format!("{}/s", thousands(value)),
        }
    }
}

/// A number with its thousands apart, as in `12,345`.
pub fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n\n{}\n", self.title, self.about)?;
        writeln!(f, "| | measured | goal | beside it |\n| --- | --- | --- | --- |")?;
        for figure in &self.figures {
            let value = figure.unit.shown(figure.value);
            writeln!(
                f,
                "| {} | **{value}** | {} | {} |",
                figure.what,
                figure.goal(),
                figure.context
            )?;
        }
        Ok(())
    }
}

/// Writes the page.
pub fn write(workspace: &Workspace, sections: &[Section], extent: Extent) -> Result<()> {
    let mut page = introduction(extent)?;
    for section in sections {
        page.push_str(&format!("\n{section}"));
    }
    let path = workspace.root().join("docs/performance.md");
    fs::write(&path, page)?;
    println!("written: {}", path.display());
    Ok(())
}

fn introduction(extent: Extent) -> Result<String> {
    Ok(format!(
        "# Performance\n\n\
         Written by `cargo xtask bench`; the figures are those of its last complete run.\n\n\
         Machines differ and are shared, so each figure is a ratio to a ceiling that the same run took on the same machine: \
         both sides alternate, round by round, and the median counts ({} rounds of {} s). Absolute figures are context. \
         Server, database and load share one machine and talk over its loopback address. All programs are release builds; \
         PostgreSQL runs with `fsync` and `synchronous_commit` on, SQLite with `synchronous=FULL`.\n\n\
         This run: {}. Reading and writing use {} users, searching {}. `p99` is the time that 99 of 100 answers stay \
         below while all connections ask without pause.\n",
        extent.rounds,
        extent.span.as_secs(),
        usage::machine()?,
        thousands(f64::from(FEW)),
        thousands(f64::from(extent.many)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: f64, unit: Unit, goal: Goal) -> Figure {
        Figure {
            what: "GET".to_owned(),
            value,
            unit,
            goal,
            context: "1,000/s".to_owned(),
        }
    }

    fn row(figure: Figure) -> String {
        let section = Section {
            title: "T",
            about: "A.".to_owned(),
            figures: vec![figure],
        };
        section.to_string().lines().last().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_missed_goal_is_not_hidden() {
        let missed = figure(0.69, Unit::Ratio, Goal::AtLeast(0.7));
        assert!(!missed.is_reached());
        assert_eq!(row(missed), "| GET | **0.69** | ≥ 0.70, **missed** | 1,000/s |");
        let reached = figure(39.9, Unit::Megabytes, Goal::AtMost(40.0));
        assert_eq!(row(reached), "| GET | **39.9 MB** | ≤ 40.0 MB | 1,000/s |");
    }

    #[test]
    fn nothing_measured_is_a_miss() {
        assert!(!figure(f64::NAN, Unit::Ratio, Goal::AtLeast(0.7)).is_reached());
    }

    #[test]
    fn numbers_are_shown_for_people() {
        assert_eq!(thousands(1_234_567.4), "1,234,567");
        assert_eq!(thousands(999.0), "999");
        assert_eq!(
            row(figure(2.0, Unit::PerSecond, Goal::None)),
            "| GET | **2.0/s** | – | 1,000/s |"
        );
    }
}

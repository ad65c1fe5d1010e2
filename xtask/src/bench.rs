//! `cargo xtask bench`: how fast the server is, each figure beside a ceiling that the same run took on the same machine.
//!
//! Machines differ and are shared; ratios survive both. So every figure alternates with its ceiling, round by round, and
//! the median of the rounds counts. All load comes from this machine and stays on its loopback address.

mod authority;
mod beside;
mod creation;
mod data;
mod footprint;
mod http;
mod lifecycle;
mod load;
mod pgbench;
mod reading;
mod report;
mod rounds;
mod search;
mod service;
mod sign_in;
mod usage;
mod verification;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};

use self::data::{Database, Seeds};
use self::report::Section;
use crate::postgres::{Cluster, Tuning};
use crate::workspace::Workspace;
use crate::{install, process};

/// How long and how much to measure.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// How often a figure alternates with its ceiling.
    rounds: usize,
    /// How long one side of a round lasts.
    span: Duration,
    /// Users of the directory that is searched.
    many: u32,
}

/// Users of the directory that is read and written.
const FEW: u32 = 100_000;

impl Extent {
    const FULL: Self = Self {
        rounds: 5,
        span: Duration::from_secs(3),
        many: 1_000_000,
    };
    const QUICK: Self = Self {
        rounds: 3,
        span: Duration::from_secs(2),
        many: FEW,
    };
}

/// What every figure needs.
pub struct Bench<'a> {
    workspace: &'a Workspace,
    extent: Extent,
    cluster: Cluster,
    seeds: Seeds,
}

type Measure = fn(&Bench<'_>) -> Result<Section>;

/// The figures, by the name that `only` takes.
const FIGURES: &[(&str, Measure)] = &[
    ("reading", reading::measure),
    ("authority", authority::measure),
    ("lifecycle", lifecycle::measure),
    ("verification", verification::measure),
    ("creation", creation::measure),
    ("sign-in", sign_in::measure),
    ("search", search::measure),
    ("footprint", footprint::measure),
];

/// Measures, prints a table, and writes it to `docs/performance.md` when it is complete. `false` when a goal is missed.
pub fn run(workspace: &Workspace, words: &[&str]) -> Result<bool> {
    let (words, is_built) = match words {
        ["--no-build", words @ ..] => (words, true),
        words => (words, false),
    };
    let (extent, chosen) = parse(words)?;
    if !is_built {
        build(workspace)?;
    }
    if !process::exists("wrk") {
        install::system_packages(&["wrk"])?;
    }
    let cluster = Cluster::start_tuned(workspace, Tuning::Production)?;
    let bench = Bench {
        workspace,
        extent,
        cluster,
        seeds: Seeds::locate(workspace)?,
    };
    let mut sections = Vec::new();
    for (name, measure) in &chosen {
        eprintln!("\n== {name}");
        let section = measure(&bench)?;
        println!("{section}");
        sections.push(section);
    }
    if chosen.len() == FIGURES.len() {
        report::write(workspace, &sections, extent)?;
    }
    Ok(sections.iter().all(Section::is_reached))
}

/// `[--quick|--full] [only NAME…]`, after `--no-build` is taken away.
fn parse(words: &[&str]) -> Result<(Extent, Vec<(&'static str, Measure)>)> {
    let (extent, rest) = match words {
        ["--quick", rest @ ..] => (Extent::QUICK, rest),
        ["--full", rest @ ..] | rest => (Extent::FULL, rest),
    };
    let names = match rest {
        [] => return Ok((extent, FIGURES.to_vec())),
        ["only", names @ ..] if !names.is_empty() => names,
        _ => bail!("usage: cargo xtask bench [--no-build] [--quick|--full] [only NAME…]"),
    };
    let mut chosen = Vec::new();
    for name in names {
        match FIGURES.iter().find(|(known, _)| known == name) {
            Some(figure) => chosen.push(*figure),
            None => bail!("no figure is called {name}"),
        }
    }
    Ok((extent, chosen))
}

/// Builds what is measured, and the programs that make data and take ceilings, all as they are released.
fn build(workspace: &Workspace) -> Result<()> {
    let release = ["build", "--release", "--locked"];
    process::run(workspace.cargo().args(release).args([
        "--package",
        "denizen-server",
        "--features",
        "denizen-server/ceiling",
    ]))?;
    process::run(
        workspace
            .cargo()
            .args(release)
            .args(["--package", "denizen-persistence", "--examples"]),
    )
}

impl Bench<'_> {
    /// The server's program.
    fn server(&self) -> PathBuf {
        self.workspace.target().join("release/denizen")
    }

    /// A program that exists only to measure.
    fn example(&self, name: &str) -> PathBuf {
        self.workspace.target().join("release/examples").join(name)
    }

    /// Both databases with a number of users; only reading is allowed, so that other figures find them as they were made.
    fn both(&self, users: u32) -> Result<[Database; 2]> {
        Ok([self.sqlite(users)?, self.postgres(users)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_figures_are_taken_unless_some_are_named() {
        let (extent, chosen) = parse(&[]).unwrap();
        assert_eq!((extent.many, chosen.len()), (1_000_000, FIGURES.len()));
        let (extent, chosen) = parse(&["--quick", "only", "search", "reading"]).unwrap();
        let names: Vec<&str> = chosen.iter().map(|(name, _)| *name).collect();
        assert_eq!((extent.many, names), (FEW, vec!["search", "reading"]));
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        for words in [&["--fast"][..], &["only"], &["only", "sleeping"]] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }
}

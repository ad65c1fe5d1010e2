//! What a process uses, as `/proc` tells: processor time, memory, switches of its threads.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

/// A tick of `/proc/PID/stat`; Linux shows 100 a second whatever the kernel counts in.
const TICK: Duration = Duration::from_millis(10);

/// Processor time that a process has used.
pub fn processor_time(process: u32) -> Result<Duration> {
    let path = of(process).join("stat");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let stat = Stat::parse(&text).context("/proc/PID/stat has another form")?;
    Ok(stat.time)
}

/// Processor time that a process and its children have used, those that ended since included.
pub fn family_processor_time(parent: u32) -> Result<Duration> {
    let mut sum = Duration::ZERO;
    for entry in fs::read_dir("/proc")?.flatten() {
        // A process may end between the listing and the reading.
        let Ok(text) = fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let Some(stat) = Stat::parse(&text) else { continue };
        if stat.process == parent {
            sum += stat.time + stat.time_of_ended_children;
        } else if stat.parent == parent {
            sum += stat.time;
        }
    }
    Ok(sum)
}

/// Memory of a process in MB, each shared page divided among those who share it.
pub fn proportional_megabytes(process: u32) -> Result<f64> {
    let path = of(process).join("smaps_rollup");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let kilobytes = number_after(&text, "Pss:").context("smaps_rollup has no Pss")?;
    Ok(f64::from(u32::try_from(kilobytes)?) / 1000.0 * 1.024)
}

/// How often any thread of a process was switched to or away from.
pub fn context_switches(process: u32) -> Result<u64> {
    let mut sum = 0;
    for thread in fs::read_dir(of(process).join("task"))?.flatten() {
        let text = fs::read_to_string(thread.path().join("status"))?;
        for name in ["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"] {
            sum += number_after(&text, name).with_context(|| format!("a status without {name}"))?;
        }
    }
    Ok(sum)
}

/// The machine in a few words: cores and memory.
pub fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let kilobytes = number_after(&fs::read_to_string("/proc/meminfo")?, "MemTotal:").context("no MemTotal")?;
    let gigabytes = kilobytes.div_ceil(1024 * 1024);
    Ok(format!("{cores} cores, {gigabytes} GiB of memory"))
}

fn of(process: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{process}"))
}

/// The number in the line that starts with a name.
fn number_after(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// What `/proc/PID/stat` tells.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    process: u32,
    parent: u32,
    time: Duration,
    time_of_ended_children: Duration,
}

impl Stat {
    /// The name in parentheses may hold anything, parentheses and spaces too; only what follows the last one is regular.
    fn parse(text: &str) -> Option<Self> {
        let (before, after) = text.rsplit_once(')')?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ticks = |first: usize| -> Option<Duration> {
            let user: u32 = fields.get(first)?.parse().ok()?;
            let system: u32 = fields.get(first + 1)?.parse().ok()?;
            Some(TICK * (user + system))
        };
        Some(Self {
            process: before.split_whitespace().next()?.parse().ok()?,
            parent: fields.get(1)?.parse().ok()?,
            time: ticks(11)?,
            time_of_ended_children: ticks(13)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_is_read_whatever_the_program_is_called() {
        let text = "4711 (a) b (c) S 42 4711 4711 0 -1 4194560 9 8 7 6 150 25 30 5 20 0 3 0 100 1000 200";
        let wanted = Stat {
            process: 4711,
            parent: 42,
            time: Duration::from_millis(1750),
            time_of_ended_children: Duration::from_millis(350),
        };
        assert_eq!(Stat::parse(text), Some(wanted));
        assert_eq!(Stat::parse("4711 (cut"), None);
    }

    #[test]
    fn the_proportional_size_is_found() {
        let text = "55d-7ff ---p 00000000 00:00 0    [rollup]\nRss:    9000 kB\nPss:    2500 kB\nPss_Dirty:   100 kB\n";
        assert_eq!(number_after(text, "Pss:"), Some(2500));
        assert_eq!(number_after(text, "Swap:"), None);
    }

    #[test]
    fn this_process_can_be_measured() {
        let me = std::process::id();
        assert!(proportional_megabytes(me).unwrap() > 0.1);
        assert!(context_switches(me).unwrap() > 0);
        assert!(family_processor_time(me).unwrap() >= processor_time(me).unwrap());
        assert!(machine().unwrap().contains("cores"));
    }
}

//! Child processes: run and fail loudly, capture, or stream through while counting tests.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::tally::Tally;

/// Runs a command with its output shown.
///
/// # Errors
/// When it cannot start or ends with a failure.
pub fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a command silently and returns its standard output.
///
/// # Errors
/// When it cannot start or ends with a failure; the error holds its standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!(
            "{} ended with {}\n{}",
            shown(command),
            output.status,
            complaint.trim_end()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} wrote no UTF-8", shown(command)))
}

/// Runs a test program, shows its output, and sums the summaries found in it. A failure of the program that its
/// summaries do not explain (it did not compile, it crashed) counts as one failed test.
///
/// # Errors
/// When it cannot start.
pub fn count(command: &mut Command, summary: fn(&str) -> Option<Tally>) -> Result<Tally> {
    announce(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    let mut tally = Tally::default();
    let output = child.stdout.take().context("the output of a child is piped")?;
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        tally += summary(&line).unwrap_or_default();
    }
    let status = child.wait()?;
    if !status.success() && tally.failed == 0 {
        eprintln!("{} ended with {status}", shown(command));
        tally += Tally::FAILURE;
    }
    Ok(tally)
}

/// Whether a program of this name can be started.
pub fn exists(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// Sends a signal such as `TERM` to a process; `0` only asks whether it is there. Returns whether it was.
pub fn signal(name: &str, process: u32) -> bool {
    let mut shell = Command::new("sh");
    shell.args(["-c", "kill -s \"$0\" \"$1\" 2>/dev/null", name, &process.to_string()]);
    shell.stdin(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn announce(command: &Command) {
    eprintln!("$ {}", shown(command));
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn summaries_of_several_test_programs_are_summed() {
        let script = "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'; echo 'test result: ok. 3 passed; 0 failed; 0 ignored'";
        let tally = count(&mut shell(script), Tally::of_rust_summary).expect("sh starts");
        assert_eq!(tally, Tally { passed: 5, failed: 0 });
    }

    #[test]
    fn a_crash_without_a_summary_counts_as_a_failure() {
        let tally = count(&mut shell("exit 101"), Tally::of_rust_summary).expect("sh starts");
        assert_eq!(tally, Tally::FAILURE);
    }

    #[test]
    fn a_failure_carries_what_the_program_said() {
        let error = output(&mut shell("echo broken >&2; exit 3")).expect_err("it exits with 3");
        assert!(error.to_string().contains("broken"), "{error}");
    }

    #[test]
    fn a_signal_reports_whether_the_process_is_there() {
        assert!(signal("0", std::process::id()));
        let mut child = shell("exit 0").spawn().expect("sh starts");
        let gone = child.id();
        child.wait().expect("it ends");
        assert!(!signal("0", gone));
    }
}

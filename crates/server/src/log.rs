//! The log: lines on standard error, for people or for programs.

use std::io::{self, Write};
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{LogFormat, LogPart};

/// Starts logging, panics included.
pub fn start(part: &LogPart) {
    let filter = EnvFilter::new(&part.filter);
    let builder = tracing_subscriber::fmt().with_env_filter(filter);
    let started = match part.format {
        LogFormat::Text => builder.with_writer(OneLine(io::stderr)).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_writer(io::stderr).try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
    std::panic::set_hook(Box::new(log_panic));
}

/// Tells where a panic was. Its message is told only when it stands in the program: one that was formatted may hold anything,
/// a secret too (G1).
fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let message = info.payload().downcast_ref::<&'static str>().copied();
    let thread = std::thread::current();
    tracing::error!(place, message, thread = thread.name(), "panic");
}

/// Makes writers that let each event be one line, whatever is in it, so that nobody can forge lines (G4).
struct OneLine<F>(F);

struct OneLineWriter<W>(W);

impl<'a, W: Write, F: Fn() -> W> MakeWriter<'a> for OneLine<F> {
    type Writer = OneLineWriter<W>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLineWriter((self.0)())
    }
}

impl<W: Write> Write for OneLineWriter<W> {
    /// The subscriber writes one event at a time, and ends it with a line break.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = event.strip_suffix(b"\n").unwrap_or(event);
        if text.iter().any(u8::is_ascii_control) {
            let mut line: Vec<u8> = text.iter().flat_map(|byte| visible(*byte)).collect();
            line.push(b'\n');
            self.0.write_all(&line)?;
        } else {
            self.0.write_all(event)?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn visible(byte: u8) -> Vec<u8> {
    if byte.is_ascii_control() {
        byte.escape_ascii().collect()
    } else {
        vec![byte]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// G4
    #[test]
    fn an_event_is_one_line_whatever_it_holds() {
        let kept = Kept::default();
        let writer = kept.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(OneLine(move || writer.clone()))
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(agent = %"curl\n2026-01-01T00:00:00Z ERROR forged\u{1b}[2J\r", "request é");
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.matches('\n').count(), 1, "{text:?}");
        assert!(text.ends_with('\n') && !text.contains(['\r', '\u{1b}']), "{text:?}");
        assert!(text.contains("request é"), "{text:?}");
    }
}

//! What is under way, told while somebody waits for it.

use std::future::Future;
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// Work that is done sooner is not worth a line.
const FIRST: Duration = Duration::from_secs(1);
/// Where lines add up (a log), there is one this often.
const IN_A_LOG: u64 = 10;

/// Waits for `work`. After a second it says on standard error what takes so long: on a terminal
/// in one line that counts the seconds and goes away, elsewhere as a line every ten seconds.
pub(crate) async fn during<T>(what: &str, work: impl Future<Output = T>) -> T {
    let mut out = std::io::stderr();
    let terminal = out.is_terminal();
    let mut tick = tokio::time::interval_at(tokio::time::Instant::now() + FIRST, FIRST);
    let mut seconds = 0;
    tokio::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            _ = tick.tick() => {
                seconds += FIRST.as_secs();
                if let Some(line) = line(what, seconds, terminal) {
                    // Nobody is stopped because nobody reads this.
                    let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
                }
            }
        }
    };
    if terminal && seconds > 0 {
        let _ = out.write_all(b"\r\x1b[K").and_then(|()| out.flush());
    }
    done
}

/// What is written after so many seconds, if anything.
fn line(what: &str, seconds: u64, terminal: bool) -> Option<String> {
    if terminal {
        Some(format!("\r{what} … {seconds} s\x1b[K"))
    } else {
        seconds
            .is_multiple_of(IN_A_LOG)
            .then(|| format!("{what} … {seconds} s\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_terminal_has_one_line_that_counts_and_a_log_few() {
        assert_eq!(
            line("Reading review.md", 3, true).as_deref(),
            Some("\rReading review.md … 3 s\x1b[K")
        );
        assert_eq!(line("Reading review.md", 3, false), None);
        assert_eq!(
            line("Reading review.md", 20, false).as_deref(),
            Some("Reading review.md … 20 s\n")
        );
    }
}

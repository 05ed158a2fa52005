//! Logs: what happened, never what notes say.

use std::path::Path;
use tracing_subscriber::EnvFilter;

/// Days of logs kept in the profile.
const KEPT: usize = 7;

fn filter() -> EnvFilter {
    EnvFilter::try_from_env("UPSHOT_LOG").unwrap_or_else(|_| {
        EnvFilter::new("warn,upshot=info,runtime=info,engine=info,link=info,store=info,door=info")
    })
}

/// Logs to a file a day in the profile's `logs` folder.
pub fn log_to(profile: &Path) {
    let folder = profile.join("logs");
    // Without a folder there are no logs; the profile's own error will say why.
    let _ = std::fs::create_dir_all(&folder);
    let appender = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("upshot")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder);
    if let Ok(appender) = appender {
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter())
            .with_ansi(false)
            .with_writer(std::sync::Mutex::new(appender))
            .try_init();
    }
}

/// Logs to the terminal's error stream, for programs without a window.
pub fn log_to_terminal() {
    let _ = tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_env("UPSHOT_LOG").unwrap_or_else(|_| EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .try_init();
}

//! `make bench`: the figures Upshot promises, each beside what it is compared with, measured in
//! one run on this machine. Prints a table and writes it to `target/bench/latest.{md,json}`.
//!
//! Everything runs as in the app: whole runtimes, real iroh, real disks; parts are measured alone
//! where their growth is looked at. Nothing leaves loopback.

mod boards;
mod client;
mod commands;
mod growth;
mod measure;
mod open;
mod sync;
mod table;
mod window;

use anyhow::Context;
use std::path::{Path, PathBuf};
use table::Row;

/// How much is measured.
pub(crate) struct Scale {
    /// Runs a figure; their median is told.
    pub(crate) runs: usize,
    /// Seconds a run on a schedule takes.
    pub(crate) seconds: u32,
    /// Notes of the large board.
    pub(crate) notes: u32,
    /// Its past edits.
    pub(crate) edits: u32,
    /// Notes of the boards growth is measured with.
    pub(crate) sizes: &'static [u32],
}

const FULL: Scale = Scale {
    runs: 3,
    seconds: 10,
    notes: 10_000,
    edits: 100_000,
    sizes: &[1_000, 10_000, 100_000],
};

const QUICK: Scale = Scale {
    runs: 1,
    seconds: 3,
    notes: 10_000,
    edits: 100_000,
    sizes: &[1_000, 10_000],
};

/// Where things are.
pub(crate) struct Work {
    pub(crate) tokio: tokio::runtime::Runtime,
    /// For profiles, on the disk that is measured.
    pub(crate) folder: PathBuf,
    /// The scripts of what we are compared with.
    pub(crate) compare: PathBuf,
    /// The app to start.
    pub(crate) app: PathBuf,
}

/// Steps by name: `figures commands sync` measures only those.
const STEPS: &[&str] = &["commands", "sync", "open", "window", "growth"];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    if let [word, profile, board] = arguments.as_slice()
        && word == open::WEIGH
    {
        return open::open_and_weigh(Path::new(profile), board);
    }
    let quick = arguments.iter().any(|word| word == "--quick");
    let chosen: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|word| *word != "--quick")
        .collect();
    if let Some(word) = chosen.iter().find(|word| !STEPS.contains(word)) {
        anyhow::bail!("{word}: known are --quick and {}", STEPS.join(", "));
    }
    let scale = if quick { &QUICK } else { &FULL };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .context("the package is not where it was")?;
    let out = root.join("target/bench");
    std::fs::create_dir_all(&out)?;
    let folder = tempfile::Builder::new()
        .prefix("profiles-")
        .tempdir_in(&out)?;
    let work = Work {
        tokio: tokio::runtime::Runtime::new()?,
        folder: folder.path().to_owned(),
        compare: root.join("tests/bench/compare"),
        app: std::env::var_os("UPSHOT_APP")
            .map_or_else(|| root.join("target/release/upshot"), PathBuf::from),
    };
    let start = measure::now();
    let mut rows = Vec::new();
    for step in STEPS
        .iter()
        .filter(|step| chosen.is_empty() || chosen.contains(step))
    {
        say(step);
        match *step {
            "commands" => commands::measure(&work, scale, &mut rows)?,
            "sync" => sync::measure(&work, scale, &mut rows)?,
            "open" => open::measure(&work, scale, &mut rows)?,
            "window" => window::measure(&work, scale, &mut rows)?,
            _ => growth::measure(scale, &mut rows)?,
        }
    }
    let head = head(scale, start.elapsed().as_secs());
    report(&out, &head, &rows)
}

fn head(scale: &Scale, seconds: u64) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load
        .split_whitespace()
        .next()
        .unwrap_or("unknown")
        .to_owned();
    vec![
        "# Figures".to_owned(),
        String::new(),
        format!(
            "{} {}, {cores} cores, {}; load {load} at the end; {seconds} s. Medians of {} {}; \
             schedules are kept to whether or not answers have come, and times count from when \
             a request was due.",
            std::env::consts::OS,
            std::env::consts::ARCH,
            processor(),
            scale.runs,
            if scale.runs == 1 { "run" } else { "runs" },
        ),
    ]
}

fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find(|line| line.starts_with("model name"));
    let name = name
        .and_then(|line| line.split_once(':'))
        .map(|(_, name)| name.trim().to_owned());
    name.unwrap_or_else(|| "processor unknown".to_owned())
}

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn report(out: &Path, head: &[String], rows: &[Row]) -> anyhow::Result<()> {
    let text = table::markdown(head, rows);
    std::fs::write(out.join("latest.md"), &text)?;
    let json = serde_json::to_string_pretty(&table::json(head, rows))?;
    std::fs::write(out.join("latest.json"), json)?;
    println!("{text}");
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a benchmark says where it is")]
fn say(step: &str) {
    eprintln!("measuring: {step}");
}

//! The desktop window: a webview whose only door to the rest is four commands.
//!
//! There is no logic here: messages go to `runtime` as they come, and back.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod graphics;
mod window;

use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;

/// Blameless delivery reviews on a shared board.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Options {
    /// The folder boards are kept in [default: this user's data folder]
    #[arg(long, value_name = "DIR")]
    profile: Option<PathBuf>,
    /// Connect to other copies of Upshot on this machine only
    #[arg(long)]
    loopback: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    graphics::choose_renderer();
    match window::run(options.profile, options.loopback) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the window could not open; the terminal is what is left"
)]
fn complain(message: &str) {
    eprintln!("upshot: {message}");
}

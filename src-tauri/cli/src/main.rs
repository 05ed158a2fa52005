//! `upshot-cli`: boards without a window. The same engine, store and peers as the app.
//!
//! Results go to standard output, everything else to standard error. There is no rule of a board
//! here: commands are requests of the session protocol.

mod caller;
mod commands;
mod daemon;
mod progress;
mod wording;

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// Boards of Upshot without a window.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    long_about = "Boards of Upshot without a window: bring reviews in and out, keep a board \
        available as an always-on peer, or serve the whole app to a browser on this machine.\n\n\
        A profile is the folder that holds a user's boards. One program uses it at a time: close \
        the app first, or name another folder with --profile.",
    after_help = "Examples:\n  \
        upshot-cli import review.md            make a board of a review, print its id\n  \
        upshot-cli export b4k… --format md     print a board as a document\n  \
        upshot-cli serve                       open the app in a browser\n  \
        upshot-cli join upshot…                keep a board available, day and night\n\n\
        Exit codes: 0 done; 1 something failed, and nothing was changed; 2 the command line \
        makes no sense."
)]
struct Options {
    /// The folder boards are kept in [default: this user's data folder]
    #[arg(long, global = true, value_name = "DIR")]
    profile: Option<PathBuf>,
    /// Print results as JSON, one value
    #[arg(long, global = true)]
    json: bool,
    /// Reach other copies of Upshot on this machine only
    #[arg(long, global = true)]
    loopback: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the boards, the last changed first
    Boards,
    /// Make a board of a file, and print its id
    ///
    /// Takes a board file (.upshot), which is merged into the board where it is here already;
    /// Upshot's JSON; or any Markdown review: headings become sections, list items and paragraphs
    /// notes, dated rows the timeline, task lists follow-ups. `-` reads standard input.
    Import {
        /// The file
        file: PathBuf,
    },
    /// Print a board as a document, or write it to a file
    Export {
        /// The board's id, or enough of its beginning
        board: String,
        /// The form
        #[arg(long, value_enum, default_value_t = Format::Md)]
        format: Format,
        /// Where to write it [default: standard output]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Leave out all names
        #[arg(long)]
        without_names: bool,
    },
    /// Make a board of a template (`sample` for a sample review), and print its id
    New {
        /// The template's id: see --json output of `templates`
        #[arg(default_value = "")]
        template: String,
        /// Its title
        #[arg(long, default_value = "")]
        title: String,
    },
    /// List the templates
    Templates,
    /// Print a ticket that lets somebody join a board, and keep the board reachable until Ctrl-C
    Invite {
        /// The board's id, or enough of its beginning
        board: String,
        /// What it lets people do
        #[arg(long, value_enum, default_value_t = RoleName::TakePart)]
        role: RoleName,
        /// How long it can be used, in hours
        #[arg(long, default_value_t = 24)]
        hours: u32,
        /// Print the ticket and end at once
        #[arg(long)]
        once: bool,
    },
    /// Keep a board in step through a folder: a USB stick, or a folder that another program syncs
    ///
    /// Merges what other laptops wrote there, writes this laptop's own file, and ends. From then on
    /// the app, `serve` and `join` look at the folder every five seconds. Whoever can write to the
    /// folder can change the board.
    Sync {
        /// The folder
        folder: PathBuf,
        /// The board's id, or enough of its beginning [default: every board found in the folder]
        board: Option<String>,
        /// Leave the folder instead; the files in it stay
        #[arg(long, requires = "board")]
        leave: bool,
    },
    /// Join a board by its ticket and keep it available until Ctrl-C: an always-on peer
    ///
    /// With --daemon it keeps all boards of the profile available, says so to systemd, and goes on
    /// trying where nobody is there yet. See packaging/upshot-peer.service.
    Join {
        /// The ticket, as it was given
        #[arg(required_unless_present = "daemon")]
        ticket: Option<String>,
        /// Run as a service: all boards of the profile, until it is told to stop
        #[arg(long)]
        daemon: bool,
        /// A file with tickets to join by, one a line; with --daemon
        #[arg(long, value_name = "FILE", requires = "daemon")]
        tickets: Option<PathBuf>,
    },
    /// Say which words of a text may be asked about better
    ///
    /// Reads one text a line from standard input; with --json it prints one JSON line for each:
    /// {"hints": [{"rule", "start", "end", "ask"}]}, positions in UTF-16 code units. Nothing is kept.
    Wording,
    /// Serve the app to a browser on this machine, with the real engine behind it, until Ctrl-C
    Serve {
        /// The port [default: a free one]
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The Markdown document
    Md,
    /// Everything, as JSON that can be imported
    Json,
    /// A board file that merges into another laptop's copy
    Upshot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleName {
    /// Sees the board
    LookOn,
    /// Writes on it
    TakePart,
    /// Leads the phases too
    Facilitate,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    runtime::log_to_terminal();
    match commands::run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            commands::tell(&format!("upshot-cli: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

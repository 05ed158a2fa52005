//! An always-on peer that a service manager runs: all boards of the profile, day and night.

use crate::caller::Caller;
use crate::commands::{tell, until_interrupted};
use anyhow::Context;
use runtime::protocol::{BoardCard, HomeEvent, HomeReply, HomeRequest};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// The first wait before a ticket is tried again, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// Runs until it is told to stop. Members of boards that are here are called by the runtime itself;
/// tickets are tried until they lead somewhere or are used up.
pub(crate) async fn run(
    caller: &mut Caller,
    ticket: Option<String>,
    file: Option<&Path>,
) -> anyhow::Result<()> {
    let mut waiting: Vec<String> = ticket.into_iter().collect();
    if let Some(file) = file {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("could not read {}", file.display()))?;
        let lines = text.lines().map(str::trim);
        waiting.extend(
            lines
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .map(str::to_owned),
        );
    }
    let mut known = BTreeMap::new();
    if let HomeReply::Boards { boards } = caller.home(HomeRequest::Boards).await? {
        tell(&format!("Keeping {} boards available.", boards.len()));
        changes(&mut known, &boards);
    }
    // A service is up once its boards can be reached, not once somebody reaches for them.
    ready();
    let mut wait = FIRST_WAIT;
    let mut next = tokio::time::Instant::now();
    loop {
        tokio::select! {
            () = until_interrupted() => {
                stopping();
                return Ok(());
            }
            event = caller.home_event() => match event {
                Some(HomeEvent::Boards { boards }) => changes(&mut known, &boards),
                Some(HomeEvent::Folder { board, folder: Some(state) }) if !state.problem.is_empty() => {
                    tell(&format!("{board}: {}", state.problem));
                }
                Some(_) => {}
                None => return Ok(()),
            },
            () = tokio::time::sleep_until(next), if !waiting.is_empty() => {
                waiting = join(caller, waiting).await;
                next = tokio::time::Instant::now() + wait;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }
}

/// Tries each ticket; answers those to be tried again.
async fn join(caller: &mut Caller, tickets: Vec<String>) -> Vec<String> {
    let mut again = Vec::new();
    for ticket in tickets {
        let request = HomeRequest::Join {
            ticket: ticket.clone(),
        };
        match caller.home(request).await {
            Ok(HomeReply::Made { board, .. }) => tell(&format!("{board}: joined")),
            Ok(_) => {}
            // The ticket itself is not said: it would let in whoever reads the log.
            Err(error) => {
                tell(&format!("A ticket leads nowhere yet: {error}"));
                again.push(ticket);
            }
        }
    }
    again
}

/// Says which boards have others connected now than before.
fn changes(known: &mut BTreeMap<String, u32>, boards: &[BoardCard]) {
    for board in boards {
        let id = board.id.to_string();
        let before = known.insert(id.clone(), board.peers);
        if before.unwrap_or(0) != board.peers {
            tell(&format!("{id}: {} connected", board.peers));
        }
    }
}

#[cfg(unix)]
fn ready() {
    let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Ready]);
}

#[cfg(unix)]
fn stopping() {
    let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Stopping]);
}

#[cfg(not(unix))]
fn ready() {}

#[cfg(not(unix))]
fn stopping() {}

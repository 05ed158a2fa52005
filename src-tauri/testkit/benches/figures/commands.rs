//! A command accepted: how soon the patch is at the session, how soon it is safe on disk.

use crate::boards::{self, ACTOR, edit};
use crate::client::{self, Client};
use crate::measure::{median, ms, now, paced, quantile, timed};
use crate::table::{Bound, Row, Value};
use crate::{Scale, Work};
use runtime::protocol::{Answer, Reply, ServerMessage};
use runtime::{BoardEvent, BoardReply, BoardRequest};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Notes on the board: a large workshop's.
const NOTES: u32 = 1_000;
/// What a room types and drags at its liveliest.
const RATE: u32 = 200;
/// Ten such rooms, or a paste that is many commands.
const FLOOD: u32 = 2_000;
/// How long the last of them may take to be safe.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was seen of the commands, by their requests' numbers.
#[derive(Debug, Default)]
struct Seen {
    last_batch: Option<Instant>,
    patched: BTreeMap<u32, Instant>,
    /// Accepted and not safe yet: change to request.
    unsafe_yet: BTreeMap<u32, u32>,
    safe: BTreeMap<u32, Instant>,
}

impl Seen {
    fn note(&mut self, message: &ServerMessage, at: Instant) {
        match message {
            ServerMessage::Board(BoardEvent::Batch { .. }) => self.last_batch = Some(at),
            ServerMessage::Answer {
                id,
                answer: Answer::Ok(Reply::Board(BoardReply::Accepted { change })),
            } => {
                // The session's own batch comes before the answer.
                if let Some(at) = self.last_batch.take() {
                    self.patched.insert(*id, at);
                }
                self.unsafe_yet.insert(*change, *id);
            }
            ServerMessage::Board(BoardEvent::Saved { change, .. }) => {
                let later = self.unsafe_yet.split_off(&change.saturating_add(1));
                for id in std::mem::replace(&mut self.unsafe_yet, later).into_values() {
                    self.safe.insert(id, at);
                }
            }
            _ => {}
        }
    }
}

/// What came of one run, milliseconds from when each command was due.
struct Run {
    patched: Vec<f64>,
    safe: Vec<f64>,
    /// Commands a second, from the first until the last was safe.
    rate: f64,
}

pub(crate) fn measure(work: &Work, scale: &Scale, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let profile = boards::fresh(&work.folder, "commands");
    let runtime = client::start(&work.tokio, &profile)?;
    let seen = Arc::new(Mutex::new(Seen::default()));
    let mut client = Client::new(&runtime.handle(), {
        let seen = Arc::clone(&seen);
        move |message, at| {
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .note(message, at)
        }
    });
    let board = client.new_board()?;
    client.open(board)?;
    for commands in boards::fill(NOTES) {
        client.send(BoardRequest::Execute {
            board,
            person: None,
            commands,
        });
    }
    let mut next = 1;
    let mut run = |rate: u32, seconds: u32| -> anyhow::Result<Run> {
        *seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen::default();
        let (count, mut due) = (rate * seconds, BTreeMap::new());
        paced(rate, count, |_, at| {
            let commands = vec![edit(next, NOTES)];
            next += 1;
            due.insert(
                client.send(BoardRequest::Execute {
                    board,
                    person: None,
                    commands,
                }),
                at,
            );
        });
        let end = now() + PATIENCE;
        loop {
            {
                let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if due.keys().all(|id| seen.safe.contains_key(id)) {
                    let since = |at: &BTreeMap<u32, Instant>| -> Vec<f64> {
                        due.iter()
                            .filter_map(|(id, due)| Some(ms(at.get(id)?.duration_since(*due))))
                            .collect()
                    };
                    let (patched, safe) = (since(&seen.patched), since(&seen.safe));
                    anyhow::ensure!(patched.len() == due.len(), "a patch is missing");
                    let first = due.values().min().copied().unwrap_or(end);
                    let last = seen.safe.values().max().copied().unwrap_or(end);
                    let rate = f64::from(count) / last.duration_since(first).as_secs_f64();
                    return Ok(Run {
                        patched,
                        safe,
                        rate,
                    });
                }
            }
            anyhow::ensure!(now() < end, "commands were not safe after {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    run(RATE, 1)?;
    let runs: Vec<Run> = (0..scale.runs)
        .map(|_| run(RATE, scale.seconds))
        .collect::<anyhow::Result<_>>()?;
    let floods: Vec<Run> = (0..scale.runs)
        .map(|_| run(FLOOD, scale.seconds.min(5)))
        .collect::<anyhow::Result<_>>()?;
    drop(client);
    work.tokio.block_on(runtime.stop());

    let bare = bare_replica(scale)?;
    let disk = bare_disk(work, scale)?;
    let of = |runs: &[Run], values: fn(&Run) -> &[f64], per_mille| {
        Value(
            median(
                &runs
                    .iter()
                    .map(|run| quantile(values(run), per_mille))
                    .collect::<Vec<_>>(),
            ),
            "ms",
        )
    };
    let patched: fn(&Run) -> &[f64] = |run| &run.patched;
    let safe: fn(&Run) -> &[f64] = |run| &run.safe;
    rows.push(
        Row::new(
            "Command → patch at the session, 200/s, p99",
            of(&runs, patched, 990),
        )
        .with("the replica alone, p99", Value(quantile(&bare, 990), "ms"))
        .bound(Bound::Under(Value(4.0, "ms")))
        .remark(format!(
            "median {}; {NOTES} notes; the patch as JSON",
            of(&runs, patched, 500)
        )),
    );
    rows.push(
        Row::new("Command → safe on disk, 200/s, p99", of(&runs, safe, 990))
            .with(
                "a bare append and fsync, p99",
                Value(quantile(&disk, 990), "ms"),
            )
            .bound(Bound::Under(Value(20.0, "ms")))
            .remark(format!(
                "median {}; WAL, synchronous=FULL",
                of(&runs, safe, 500)
            )),
    );
    let rates: Vec<f64> = floods.iter().map(|run| run.rate).collect();
    rows.push(
        Row::new(
            "Group commit: 2,000 commands/s offered, safe",
            Value(median(&rates), "/s"),
        )
        .with("one bare fsync each", Value(1_000.0 / median(&disk), "/s"))
        .bound(Bound::AtLeast(Value(1_980.0, "/s")))
        .remark(format!(
            "safe p99 {}; patch p99 {}",
            of(&floods, safe, 990),
            of(&floods, patched, 990)
        )),
    );
    Ok(())
}

/// The same commands on a replica: no threads, no disk, no JSON.
fn bare_replica(scale: &Scale) -> anyhow::Result<Vec<f64>> {
    let mut replica = boards::replica(1, NOTES)?;
    let mut times = Vec::new();
    for number in 1..=RATE * scale.seconds {
        let (done, took) = timed(|| replica.execute("", &ACTOR, &[edit(number, NOTES)]));
        done?;
        times.push(took);
    }
    Ok(times)
}

/// What the disk takes at least to keep as much as a small commit writes.
fn bare_disk(work: &Work, scale: &Scale) -> anyhow::Result<Vec<f64>> {
    use std::io::Write;
    let mut file = std::fs::File::create(work.folder.join("bare"))?;
    let page = [7_u8; 4_096];
    let mut times = Vec::new();
    for _ in 0..100 * scale.seconds {
        let (done, took) = timed(|| file.write_all(&page).and_then(|()| file.sync_data()));
        done?;
        times.push(took);
    }
    Ok(times)
}

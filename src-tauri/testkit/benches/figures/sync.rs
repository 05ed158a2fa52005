//! An edit on one laptop: how soon its patch is on another. Two whole runtimes with profiles of
//! their own, talking real iroh over loopback: encrypted, checked, and kept on disk by both.

use crate::boards::{self, edit, traces};
use crate::client::{self, Client};
use crate::measure::{median, ms, now, paced, quantile};
use crate::table::{Bound, Row, Value};
use crate::{Scale, Work};
use anyhow::Context;
use board::Record;
use runtime::protocol::{HomeReply, HomeRequest, ServerMessage};
use runtime::{BoardEvent, BoardRequest};
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const NOTES: u32 = 1_000;
const RATE: u32 = 200;
/// For a first sync, and for the last of the edits.
const PATIENCE: Duration = Duration::from_secs(60);
/// The greeting and its comparing of stands are over.
const CALM: Duration = Duration::from_secs(1);

/// What has arrived at the other laptop.
#[derive(Debug, Default)]
struct Arrived {
    notes: usize,
    edits: BTreeMap<u32, Instant>,
}

impl Arrived {
    fn note(&mut self, message: &ServerMessage, at: Instant) {
        let ServerMessage::Board(BoardEvent::Batch { patch, .. }) = message else {
            return;
        };
        self.notes += client::notes(&patch.added);
        for record in &patch.updated {
            let Record::Note(note) = record else { continue };
            for number in traces(note).into_iter().flatten() {
                self.edits.entry(number).or_insert(at);
            }
        }
    }
}

pub(crate) fn measure(work: &Work, scale: &Scale, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let (median_ms, p99) = ours(work, scale)?;
    let servers = ["y-websocket", "hocuspocus"];
    let theirs = servers
        .iter()
        .map(|server| {
            let row = server_latency(work, scale, server)?;
            Ok((format!("through {server}"), row))
        })
        .collect::<anyhow::Result<Vec<_>>>();
    let (theirs, why_not) = match theirs {
        Ok(theirs) => (theirs, None),
        Err(error) => (Vec::new(), Some(format!("; not compared: {error:#}"))),
    };
    let why_not = why_not.unwrap_or_default();
    let mut add = |figure: &str, ours, bound, pick: fn(&(f64, f64)) -> f64, remark: &str| {
        let compare = |row: Row| {
            theirs.iter().fold(row, |row, (name, times)| {
                row.with(name.clone(), Value(pick(times), "ms"))
            })
        };
        let under = Row::new(figure, Value(ours, "ms")).bound(Bound::Under(Value(bound, "ms")));
        rows.push(compare(under).remark(format!("{remark}{why_not}")));
        let against = Row::new(format!("{figure}, against the servers"), Value(ours, "ms"));
        rows.push(compare(against.bound(Bound::Compared)));
    };
    add(
        "Edit → patch on another laptop, 200/s, median",
        median_ms,
        1.0,
        |times| times.0,
        "iroh over loopback; encrypted, checked and on both disks; the servers do neither",
    );
    add(
        "Edit → patch on another laptop, 200/s, p99",
        p99,
        4.0,
        |times| times.1,
        "",
    );
    Ok(())
}

fn ours(work: &Work, scale: &Scale) -> anyhow::Result<(f64, f64)> {
    let one = client::start(&work.tokio, &boards::fresh(&work.folder, "writer"))?;
    let other = client::start(&work.tokio, &boards::fresh(&work.folder, "reader"))?;
    let mut writer = Client::quiet(&one.handle());
    let board = writer.new_board()?;
    writer.open(board)?;
    for commands in boards::fill(NOTES) {
        writer.send(BoardRequest::Execute {
            board,
            person: None,
            commands,
        });
    }
    let ticket = writer.invite(board)?;

    let arrived = Arc::new(Mutex::new(Arrived::default()));
    let mut reader = Client::new(&other.handle(), {
        let arrived = Arc::clone(&arrived);
        move |message, at| {
            arrived
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .note(message, at);
        }
    });
    let HomeReply::Made { .. } = reader.home(HomeRequest::Join { ticket })? else {
        anyhow::bail!("the board was not joined");
    };
    let there = reader.open(board)?.0;
    let until = |holds: &dyn Fn(&Arrived) -> bool| -> anyhow::Result<()> {
        let end = now() + PATIENCE;
        while !holds(&arrived.lock().unwrap_or_else(PoisonError::into_inner)) {
            anyhow::ensure!(now() < end, "edits did not arrive");
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    };
    until(&|arrived| there + arrived.notes >= NOTES as usize)?;
    std::thread::sleep(CALM);

    let mut next = 1;
    let mut run = |seconds: u32| -> anyhow::Result<(f64, f64)> {
        let mut due = BTreeMap::new();
        paced(RATE, RATE * seconds, |_, at| {
            due.insert(next, at);
            let commands = vec![edit(next, NOTES)];
            writer.send(BoardRequest::Execute {
                board,
                person: None,
                commands,
            });
            next += 1;
        });
        until(&|arrived| due.keys().all(|number| arrived.edits.contains_key(number)))?;
        let arrived = arrived.lock().unwrap_or_else(PoisonError::into_inner);
        let times: Vec<f64> = due
            .iter()
            .filter_map(|(number, due)| Some(ms(arrived.edits.get(number)?.duration_since(*due))))
            .collect();
        Ok((quantile(&times, 500), quantile(&times, 990)))
    };
    run(1)?;
    let runs = (0..scale.runs)
        .map(|_| run(scale.seconds))
        .collect::<anyhow::Result<Vec<_>>>()?;
    drop((writer, reader));
    work.tokio.block_on(async {
        one.stop().await;
        other.stop().await;
    });
    let middle = |pick: fn(&(f64, f64)) -> f64| median(&runs.iter().map(pick).collect::<Vec<_>>());
    Ok((middle(|run| run.0), middle(|run| run.1)))
}

/// Median and 99th percentile of the same edits through a server, milliseconds.
fn server_latency(work: &Work, scale: &Scale, server: &str) -> anyhow::Result<(f64, f64)> {
    let numbers = [RATE, scale.seconds, NOTES, u32::try_from(scale.runs)?];
    let output = Command::new("node")
        .arg(work.compare.join("latency.mjs"))
        .arg(server)
        .args(numbers.map(|number| number.to_string()))
        .output()
        .context("node could not be run")?;
    anyhow::ensure!(
        output.status.success(),
        "{server}: {}",
        String::from_utf8_lossy(&output.stderr)
            .lines()
            .last()
            .unwrap_or_default()
    );
    let told: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let number = |name: &str| told[name].as_f64().context("a number is missing");
    Ok((number("median")?, number("p99")?))
}

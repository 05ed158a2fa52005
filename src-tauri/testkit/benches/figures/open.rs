//! A large board with a long past: opening it, its memory, and bringing it to a new laptop.

use crate::boards::{self, ACTOR, Old, write_through};
use crate::client::{self, Client};
use crate::measure::{median, median_ms, ms, now};
use crate::table::{Bound, Row, Value};
use crate::{Scale, Work};
use anyhow::Context;
use board::{BoardId, ExportOptions};
use replica::{ClientId, Replica};
use runtime::protocol::{HomeReply, HomeRequest, ServerMessage};
use runtime::{BoardEvent, BoardReply, BoardRequest, ExportFormat};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::Duration;

/// What a new laptop may take, and what freed memory needs to be given back.
const PATIENCE: Duration = Duration::from_secs(60);
const CALM: Duration = Duration::from_secs(1);
const MIB: f64 = 1_048_576.0;

pub(crate) fn measure(work: &Work, scale: &Scale, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let old = make(work, scale)?;
    let size = format!(
        "{} notes, {} past edits",
        grouped(old.notes),
        grouped(old.edits)
    );
    let from_snapshot = opening(work, &old, &old.from_snapshot, scale.runs)?;
    let from_log = opening(work, &old, &old.from_log, scale.runs.min(3))?;
    let yjs = |updates: &[Vec<u8>]| yjs(work, updates);
    let (yjs_snapshot, yjs_log) = (yjs(std::slice::from_ref(&old.snapshot)), yjs(&old.log));
    let compare = |row: Row,
                   theirs: &anyhow::Result<(f64, f64)>,
                   pick: fn(&(f64, f64)) -> Value| {
        match theirs {
            Ok(theirs) => row.with("plain Yjs in Node.js, from memory", pick(theirs)),
            Err(error) => row.remark(format!("not compared: {error:#}")),
        }
    };
    let time: fn(&(f64, f64)) -> Value = |theirs| Value(theirs.0, "ms");
    rows.push(compare(
        Row::new(
            format!("Open from its snapshot → first snapshot at the session ({size})"),
            from_snapshot,
        )
        .bound(Bound::Under(Value(300.0, "ms")))
        .remark("database, checks, document, board, JSON"),
        &yjs_snapshot,
        time,
    ));
    rows.push(compare(
        Row::new(format!("Open from the bare log ({size})"), from_log)
            .bound(Bound::Under(Value(2_000.0, "ms")))
            .remark(format!(
                "{} updates, {:.1} MiB",
                grouped(u32::try_from(old.log.len())?),
                old.log.iter().map(Vec::len).sum::<usize>() as f64 / MIB
            )),
        &yjs_log,
        time,
    ));
    let (before, grown) = memory(&old)?;
    rows.push(compare(
        Row::new(
            "Memory an open board takes (the same one)",
            Value(grown, "MiB"),
        )
        .with(
            "its snapshot's bytes",
            Value(old.snapshot.len() as f64 / MIB, "MiB"),
        )
        .remark(format!(
            "resident, on top of {} before",
            Value(before, "MiB")
        )),
        &yjs_snapshot,
        |theirs| Value(theirs.1 / MIB, "MiB"),
    ));
    first_sync(work, &old, scale, rows)?;
    export(work, &old, scale, rows)
}

pub(crate) fn grouped(number: u32) -> String {
    let digits = number.to_string();
    match digits.len().checked_sub(3) {
        Some(at) if at > 0 => format!("{},{}", &digits[..at], &digits[at..]),
        _ => digits,
    }
}

fn make(work: &Work, scale: &Scale) -> anyhow::Result<Old> {
    let profile = boards::fresh(&work.folder, "old");
    let runtime = client::start(&work.tokio, &profile)?;
    let mut client = Client::quiet(&runtime.handle());
    let board = client.new_board()?;
    drop(client);
    work.tokio.block_on(runtime.stop());
    let with_snapshot = boards::fresh(&work.folder, "old-snapshot");
    Old::make(&profile, &with_snapshot, board, scale.notes, scale.edits)
}

/// From the request to open the board until it is at the session, in a runtime that has just
/// started.
fn opening(work: &Work, old: &Old, profile: &Path, runs: usize) -> anyhow::Result<Value> {
    let mut times = Vec::new();
    for _ in 0..=runs {
        let folder = boards::fresh(&work.folder, "opened");
        boards::copy(profile, &folder)?;
        let runtime = client::start(&work.tokio, &folder)?;
        let mut client = Client::quiet(&runtime.handle());
        let start = now();
        let (notes, at) = client.open(old.board)?;
        times.push(ms(at.duration_since(start)));
        anyhow::ensure!(notes == old.notes as usize, "{notes} notes are there");
        drop(client);
        work.tokio.block_on(runtime.stop());
        std::fs::remove_dir_all(&folder)?;
    }
    // The first run warms up.
    Ok(Value(median(&times[1..]), "ms"))
}

/// Milliseconds and bytes of memory plain Yjs takes to read these updates.
fn yjs(work: &Work, updates: &[Vec<u8>]) -> anyhow::Result<(f64, f64)> {
    let path = work.folder.join("updates");
    let mut bytes = Vec::new();
    for update in updates {
        bytes.extend(u32::try_from(update.len())?.to_le_bytes());
        bytes.extend(update);
    }
    std::fs::write(&path, bytes)?;
    let mut times = Vec::new();
    for _ in 0..3 {
        let output = Command::new("node")
            .arg(work.compare.join("open.mjs"))
            .arg(&path)
            .output()
            .context("node could not be run")?;
        anyhow::ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
                .lines()
                .last()
                .unwrap_or_default()
        );
        let told: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let number = |name: &str| told[name].as_f64().context("a number is missing");
        times.push((number("ms")?, number("bytes")?));
    }
    let middle = |pick: fn(&(f64, f64)) -> f64| median(&times.iter().map(pick).collect::<Vec<_>>());
    Ok((middle(|run| run.0), middle(|run| run.1)))
}

/// The argument that makes this program [`open_and_weigh`] instead.
pub(crate) const WEIGH: &str = "--weigh";

/// Memory before, and what an open board adds to it, in a process of its own: MiB.
fn memory(old: &Old) -> anyhow::Result<(f64, f64)> {
    let output = Command::new(std::env::current_exe()?)
        .arg(WEIGH)
        .arg(&old.from_snapshot)
        .arg(old.board.to_string())
        .output()?;
    anyhow::ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let told: (f64, f64) = serde_json::from_slice(&output.stdout)?;
    Ok(told)
}

/// In a process of its own: opens a board and prints the memory before, and how much it grew.
#[expect(clippy::print_stdout, reason = "the parent process reads it")]
pub(crate) fn open_and_weigh(profile: &Path, board: &str) -> anyhow::Result<()> {
    let tokio = tokio::runtime::Runtime::new()?;
    let board: BoardId = board.parse()?;
    let runtime = client::start(&tokio, profile)?;
    let mut client = Client::quiet(&runtime.handle());
    let HomeReply::Boards { .. } = client.home(HomeRequest::Boards)? else {
        anyhow::bail!("the boards were not listed");
    };
    std::thread::sleep(CALM);
    let before = resident()?;
    client.open(board)?;
    std::thread::sleep(CALM);
    println!(
        "{}",
        serde_json::to_string(&(before, resident()? - before))?
    );
    drop(client);
    tokio.block_on(runtime.stop());
    Ok(())
}

/// Resident memory of this process, MiB.
fn resident() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status").context("only Linux tells")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().next())
        .context("the system tells no memory")?
        .parse()?;
    Ok(kib / 1_024.0)
}

/// A new laptop joins by a ticket: until the whole board is at its session.
fn first_sync(work: &Work, old: &Old, scale: &Scale, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let folder = boards::fresh(&work.folder, "host");
    boards::copy(&old.from_snapshot, &folder)?;
    let host = client::start(&work.tokio, &folder)?;
    let mut owner = Client::quiet(&host.handle());
    owner.open(old.board)?;
    let mut times = Vec::new();
    for _ in 0..=scale.runs.min(3) {
        let ticket = owner.invite(old.board)?;
        let guest = client::start(&work.tokio, &boards::fresh(&work.folder, "guest"))?;
        let (sender, added) = channel();
        let mut client = Client::new(&guest.handle(), move |message, at| {
            if let ServerMessage::Board(BoardEvent::Batch { patch, .. }) = message {
                let _ = sender.send((client::notes(&patch.added), at));
            }
        });
        let start = now();
        client.home(HomeRequest::Join { ticket })?;
        let (mut there, mut at) = client.open(old.board)?;
        while there < old.notes as usize {
            let (more, when) = added
                .recv_timeout(PATIENCE)
                .context("the board did not come")?;
            (there, at) = (there + more, when);
        }
        times.push(ms(at.duration_since(start)));
        drop(client);
        work.tokio.block_on(guest.stop());
    }
    drop(owner);
    work.tokio.block_on(host.stop());
    let ours = median(&times[1..]);
    let bytes = old.snapshot.len();
    let copied: Vec<f64> = (0..5)
        .map(|_| copy_over_tcp(work, &old.snapshot))
        .collect::<anyhow::Result<_>>()?;
    rows.push(
        Row::new(
            "First sync of it to a new laptop → the board at its session",
            Value(ours, "ms"),
        )
        .with(
            "to copy its bytes (TCP, write, fsync)",
            Value(median(&copied), "ms"),
        )
        .remark(format!(
            "{:.1} MiB; from pasting the ticket: connecting, proving, checking every byte",
            bytes as f64 / MIB
        )),
    );
    Ok(())
}

/// Milliseconds to bring bytes through loopback onto the disk.
fn copy_over_tcp(work: &Work, bytes: &[u8]) -> anyhow::Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let path = work.folder.join("copied");
    let start = now();
    let at = std::thread::scope(|scope| {
        let taker = scope.spawn(|| -> anyhow::Result<_> {
            let mut taken = Vec::new();
            listener.accept()?.0.read_to_end(&mut taken)?;
            write_through(&path, &taken)
        });
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(bytes)?;
        drop(stream);
        taker
            .join()
            .map_err(|_| anyhow::anyhow!("copying failed"))?
    })?;
    Ok(ms(at.duration_since(start)))
}

fn export(work: &Work, old: &Old, scale: &Scale, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let replica = Replica::open(ClientId::new(9), Some(&old.snapshot), &[] as &[&[u8]])?;
    let options = ExportOptions {
        names: ACTOR.person.is_none(),
        ..ExportOptions::default()
    };
    let bare = median_ms(scale.runs, || {
        board::export::markdown(replica.board(), &options)
    });
    let json = median_ms(scale.runs, || board::export::json(replica.board()));

    let folder = boards::fresh(&work.folder, "exported");
    boards::copy(&old.from_snapshot, &folder)?;
    let runtime = client::start(&work.tokio, &folder)?;
    let mut client = Client::quiet(&runtime.handle());
    client.open(old.board)?;
    let mut times = Vec::new();
    let mut length = 0;
    for _ in 0..=scale.runs {
        let (board, format) = (old.board, ExportFormat::Markdown);
        let request = BoardRequest::Export {
            board,
            format,
            options: options.clone(),
        };
        let start = now();
        let (BoardReply::Document { text, .. }, at) = client.board(request)? else {
            anyhow::bail!("an answer of another kind came");
        };
        length = text.len();
        times.push(ms(at.duration_since(start)));
    }
    drop(client);
    work.tokio.block_on(runtime.stop());
    rows.push(
        Row::new(
            format!("Markdown export of {} notes", grouped(old.notes)),
            Value(median(&times[1..]), "ms"),
        )
        .with("without the session", Value(bare, "ms"))
        .with("the same board as JSON", Value(json, "ms"))
        .bound(Bound::Under(Value(100.0, "ms")))
        .remark(format!("{:.1} MiB of text", length as f64 / MIB)),
    );
    Ok(())
}

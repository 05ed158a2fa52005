//! R11: the JavaScript package `yjs` reads a board's state and writes to it, by what SPEC.md says
//! (`tests/yjs.mjs`), and both sides show the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use board::{
    Actor, Command, ConnectorId, DotId, FollowUpId, Key, NoteId, PersonId, Record, Role, SectionId,
    StrokeId, ThemeId,
};
use replica::{ClientId, Replica};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command as Process;

const ACTOR: Actor = Actor {
    person: None,
    role: Role::Facilitate,
    now_ms: 1_764_000_000_000,
};

fn note(number: u128) -> NoteId {
    NoteId::from_bits(number)
}

/// All kinds of records, with characters of one to four bytes, alone and joined; some removed.
fn rich_board() -> Replica {
    let mut replica = Replica::new(ClientId::new(7));
    let mut next = 1_000;
    let mut ids = || {
        next += 1;
        next
    };
    let sample = board::insert_commands(board::sample(&mut ids));
    replica.execute("", &ACTOR, &sample).unwrap();

    let (section, empty) = (SectionId::from_bits(1), SectionId::from_bits(2));
    let (theme, person) = (ThemeId::from_bits(1), PersonId::from_bits(1));
    let (agreed, dropped) = (FollowUpId::from_bits(1), FollowUpId::from_bits(2));
    let (arrow, loose) = (ConnectorId::from_bits(1), ConnectorId::from_bits(2));
    let notes = |ids: &[u128]| -> Value { ids.iter().map(|id| json!(note(*id))).collect() };
    let texts = [
        "🐙 was here",
        "Ünïcödé — und 日本語",
        "family: 👨‍👩‍👧‍👦, flag: 🇨🇭, skin: 👍🏿",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢\nsecond line\ttab \"quoted\" \\",
        "",
        "to be removed 🗑️",
    ];
    let added: Vec<Value> = (1..)
        .zip(texts)
        .map(|(id, text)| {
            json!({ "id": note(id), "text": text, "parent": section, "x": 10 * id, "y": -3,
                    "when": (id == 2).then_some("2026-03-01"), "anonymous": id == 3,
                    "size": (id == 4).then_some(json!({ "w": 200, "h": 150 })) })
        })
        .collect();
    let frame = json!({ "w": 900, "h": 700 });
    let requests = json!([
        { "do": "addPerson", "id": person, "name": "Zoë 🦊", "tint": "3" },
        { "do": "setPerson", "id": person, "set": [{ "field": "facilitator", "value": true }] },
        { "do": "addSection", "id": section, "title": "Läuft 🏃‍♀️", "kind": "well",
          "layout": "free", "x": -40, "y": 5000, "size": frame },
        { "do": "addSection", "id": empty, "title": "away", "kind": "plain",
          "layout": "timeline", "x": 0, "y": 9000, "size": frame },
        { "do": "setSection", "id": section, "set": [{ "field": "prompt", "value": "Was? 🤔" }] },
        { "do": "addNotes", "notes": added },
        { "do": "setNotes", "ids": [note(1)], "set": [
            { "field": "source", "value": "https://example.org/ü" }, { "field": "parked", "value": true }] },
        { "do": "setText", "key": note(1), "text": "🐙 was there, twice" },
        { "do": "setText", "key": Key::Meta, "text": "Zusammen 🎈 geschafft" },
        { "do": "setMeta", "set": [{ "field": "title", "value": "Rückblick 🛰️" }] },
        { "do": "group", "id": theme, "notes": notes(&[1, 2]), "name": "Überall 🌍" },
        { "do": "addConnector", "id": arrow, "from": { "on": note(3) }, "to": { "on": theme }, "label": "→ 🧵" },
        { "do": "addConnector", "id": loose, "from": { "at": [1, -2] }, "to": { "on": note(4) } },
        { "do": "addStroke", "stroke": { "id": StrokeId::from_bits(1), "points": [0, 0, 5, 100, -200, 9],
          "width": 4, "tint": "8", "place": { "parent": "board", "x": 12, "y": 13, "order": "V" } } },
        { "do": "addFollowUp", "id": agreed, "text": "Übermorgen zeigen 🎬", "kind": "spread",
          "from": theme, "parent": "board", "x": 1, "y": 2 },
        { "do": "setFollowUp", "id": agreed, "set": [
            { "field": "owner", "value": "Zoë" }, { "field": "due", "value": "2026-04-01" },
            { "field": "reach", "value": { "to": "teams", "names": ["Käse", "🚂"] } },
            { "field": "status", "value": "doing" }, { "field": "outcome", "value": "ja ✅" }] },
        { "do": "addFollowUp", "id": dropped, "text": "nein", "kind": "rule", "parent": "board", "x": 3, "y": 4 },
        { "do": "remove", "keys": [note(6), empty, dropped] },
        { "do": "startVote", "id": "v1", "budget": 5, "cap": 2, "on": "themes" },
        { "do": "insert", "records": [{ "type": "dot", "id": DotId::from_bits(1), "vote": "v1", "on": theme }] },
    ]);
    let commands: Vec<Command> = serde_json::from_value(requests).unwrap();
    for command in commands {
        let told = format!("{command:?}");
        let done = replica.execute("", &ACTOR, &[command]);
        assert!(done.is_ok(), "{told}: {done:?}");
    }
    replica
}

/// What `tests/yjs.mjs` says of the state.
fn yjs(replica: &Replica, keys: Option<&Value>) -> Value {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("state");
    std::fs::write(&file, replica.snapshot()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/yjs.mjs");
    let output = Process::new("node")
        .arg(script)
        .arg(file)
        .args(keys.map(Value::to_string))
        .output()
        .expect("this test needs Node.js (20.19 or newer) as `node`");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn from_hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// Records by their keys.
fn by_key(records: &Value) -> BTreeMap<String, Value> {
    let key = |record: &Value| record["id"].as_str().unwrap_or("board").to_owned();
    let records = records.as_array().expect("a list of records");
    records.iter().map(|r| (key(r), r.clone())).collect()
}

fn shown(replica: &Replica) -> BTreeMap<String, Value> {
    by_key(&serde_json::to_value(replica.board().snapshot().records).unwrap())
}

#[test]
fn r11_yjs_reads_a_board_and_writes_to_it() {
    let mut replica = rich_board();
    let kinds: BTreeSet<String> = shown(&replica)
        .values()
        .map(|record| record["type"].to_string())
        .collect();
    assert_eq!(
        kinds.len(),
        9,
        "every kind of record is on the board: {kinds:?}"
    );

    let (edited, moved, added) = (note(1), note(2), note(77));
    let keys = json!({ "section": SectionId::from_bits(1), "edited": edited, "moved": moved, "added": added });
    let told = yjs(&replica, Some(&keys));
    assert_eq!(by_key(&told["records"]), shown(&replica));
    let removed: BTreeSet<&str> = told["removed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key.as_str().unwrap())
        .collect();
    for key in removed {
        assert!(replica.board().get(key.parse().unwrap()).is_none(), "{key}");
    }
    assert_eq!(told["removed"].as_array().unwrap().len(), 3);

    let updates = told["updates"].as_array().unwrap();
    assert_eq!(updates.len(), 3);
    for update in updates {
        let bytes = from_hex(update.as_str().unwrap());
        let merged = replica.merge(&bytes).expect("what yjs writes is taken");
        assert!(merged.changed);
    }
    let note = |id: NoteId| match replica.board().get(Key::Note(id)) {
        Some(Record::Note(note)) => note,
        other => panic!("{other:?}"),
    };
    assert_eq!(note(added).text, "Von JavaScript: 👩🏽‍🚀 naïve 𝒴𝒿𝓈");
    assert_eq!(note(edited).text, "🐙🦀é was there, twi");
    assert!(note(moved).parked);
    assert_eq!((note(moved).place.x, note(moved).place.y), (7, 8));
    assert_eq!(replica.board().meta.title, "Größe 🧭");
    assert_eq!(replica.board().meta.summary, "Zusammen 🎈 geschafft 🎉");

    // And what we hold then is what it holds, read from either side.
    assert_eq!(by_key(&told["after"]["records"]), shown(&replica));
    let again = yjs(&replica, None);
    assert_eq!(by_key(&again["records"]), shown(&replica));
}

//! Bytes from somebody who means ill, or whose memory is broken.

use super::merge_rules::{foreign, whole};
use super::world::{Dice, Laptop, add_note, add_section, note, section, type_in};
use crate::diff::number;
use crate::validate::Parsed;
use crate::{ClientId, MAX_UPDATE, MergeError, Refusal, Replica};
use board::Parent;
use yrs::{Map, MapPrelim, MapRef, Transact};

/// A client other than the laptop's.
const STRANGER: u64 = 77;

#[derive(Clone, Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn n(mut self, value: u64) -> Self {
        number(&mut self.0, value);
        self
    }
    fn s(self, text: &str) -> Self {
        self.n(text.len() as u64).raw(text.as_bytes())
    }
    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }
}

fn b() -> Bytes {
    Bytes::default()
}

/// An update of one block by the stranger.
fn lone(block: &Bytes) -> Vec<u8> {
    update(&[(STRANGER, 0, std::slice::from_ref(block))], &[])
}

fn update(clients: &[(u64, u64, &[Bytes])], deletes: &[(u64, &[(u64, u64)])]) -> Vec<u8> {
    let mut out = b().n(clients.len() as u64);
    for (client, clock, blocks) in clients {
        out = out.n(blocks.len() as u64).n(*client).n(*clock);
        for block in *blocks {
            out = out.raw(&block.0);
        }
    }
    out = out.n(deletes.len() as u64);
    for (client, ranges) in deletes {
        out = out.n(*client).n(ranges.len() as u64);
        for (at, len) in *ranges {
            out = out.n(*at).n(*len);
        }
    }
    out.0
}

/// An item under a root, before its content.
fn under(root: &str, sub: Option<&str>, kind: u8) -> Bytes {
    let flag = if sub.is_some() { 0x20 } else { 0 };
    let head = b().raw(&[kind | flag, 1]).s(root);
    sub.map_or(head.clone(), |sub| head.s(sub))
}

/// An item under a nested type.
fn inside(client: u64, clock: u64, sub: Option<&str>, kind: u8) -> Bytes {
    let flag = if sub.is_some() { 0x20 } else { 0 };
    let head = b().raw(&[kind | flag, 0]).n(client).n(clock);
    sub.map_or(head.clone(), |sub| head.s(sub))
}

/// A laptop with a note whose record, text and characters have known ids.
fn victim() -> (Laptop, u64, u64) {
    let mut laptop = Laptop::new(1);
    let made = laptop
        .act(&[add_note(note(1), Parent::Board, "abcdef")])
        .unwrap();
    let parsed = Parsed::read(&made, MAX_UPDATE).unwrap();
    let of = |content: &crate::validate::update::Content| {
        let is = |block: &&crate::validate::update::Block<'_>| {
            block
                .item
                .as_ref()
                .is_some_and(|item| item.content == *content)
        };
        u64::from(parsed.blocks.iter().find(is).unwrap().id.clock)
    };
    let (record, text) = (
        of(&crate::validate::update::Content::Map),
        of(&crate::validate::update::Content::Text),
    );
    (laptop, record, text)
}

fn refused(why: Refusal) -> Result<(), MergeError> {
    Err(MergeError::Refused(why))
}

#[test]
fn v1_v3_what_has_no_place_in_the_layout_is_refused() {
    let (mut laptop, record, text) = victim();
    let hash = laptop.replica.content_hash();
    let state = laptop.replica.state_vector();
    let key = note(9).to_string();
    let any = |value: &[u8]| under("meta", Some("x"), 8).n(1).raw(value);
    let mut deep = b();
    for _ in 0..100_000 {
        deep = deep.raw(&[117, 1]);
    }
    let mut cases: Vec<(&str, Vec<u8>, Refusal)> = vec![
        (
            "array",
            lone(&under("notes", Some(&key), 7).raw(&[0])),
            Refusal::Content,
        ),
        (
            "xml",
            lone(&under("notes", Some(&key), 7).raw(&[3]).s("p")),
            Refusal::Content,
        ),
        (
            "weak link",
            lone(&under("notes", Some(&key), 7).raw(&[7, 0])),
            Refusal::Content,
        ),
        (
            "json",
            lone(&under("meta", Some("x"), 2).n(1).s("1")),
            Refusal::Content,
        ),
        (
            "bytes",
            lone(&under("meta", Some("x"), 3).n(1).raw(&[1])),
            Refusal::Content,
        ),
        (
            "embed",
            lone(&under("summary", None, 5).s("1")),
            Refusal::Content,
        ),
        (
            "format",
            lone(&under("summary", None, 6).s("bold").s("true")),
            Refusal::Content,
        ),
        (
            "document",
            lone(&under("meta", Some("x"), 9).s("id").raw(&[118, 0])),
            Refusal::Content,
        ),
        (
            "move",
            lone(&under("meta", Some("x"), 11).n(0)),
            Refusal::Content,
        ),
        (
            "root",
            lone(&under("votes", Some("x"), 8).n(1).raw(&[120])),
            Refusal::Root,
        ),
        ("parent", lone(&b().raw(&[8, 2])), Refusal::Content),
        (
            "map in meta",
            lone(&under("meta", Some("x"), 7).raw(&[1])),
            Refusal::Place,
        ),
        (
            "value for a record",
            lone(&under("notes", Some(&key), 8).n(1).raw(&[120])),
            Refusal::Place,
        ),
        (
            "text for a record",
            lone(&under("notes", Some(&key), 7).raw(&[2])),
            Refusal::Place,
        ),
        (
            "no key",
            lone(&under("notes", None, 7).raw(&[1])),
            Refusal::Place,
        ),
        (
            "key in a text",
            lone(&under("summary", Some("x"), 4).s("a")),
            Refusal::Place,
        ),
        (
            "value in a text",
            lone(&under("summary", None, 8).n(1).raw(&[120])),
            Refusal::Place,
        ),
        (
            "letters in a map",
            lone(&under("meta", Some("x"), 4).s("a")),
            Refusal::Place,
        ),
        (
            "map in a record",
            lone(&inside(1, record, Some("x"), 7).raw(&[1])),
            Refusal::Place,
        ),
        (
            "text elsewhere",
            lone(&inside(1, record, Some("title"), 7).raw(&[2])),
            Refusal::Place,
        ),
        (
            "value as text",
            lone(&inside(1, record, Some("text"), 8).n(1).raw(&[120])),
            Refusal::Place,
        ),
        (
            "map in a text",
            lone(&inside(1, text, None, 7).raw(&[1])),
            Refusal::Place,
        ),
        (
            "parent is a value",
            lone(&inside(1, record + 1, Some("x"), 8).n(1).raw(&[120])),
            Refusal::Place,
        ),
        (
            "parent is a letter",
            lone(&inside(1, text + 1, None, 4).s("a")),
            Refusal::Place,
        ),
        ("undefined kind", lone(&any(&[115])), Refusal::Value),
        ("object", lone(&any(&[118, 0])), Refusal::Value),
        ("buffer", lone(&any(&[116, 1, 1])), Refusal::Value),
        (
            "depth",
            lone(&any(&[117, 1, 117, 1, 117, 1, 117, 1, 117, 0])),
            Refusal::Value,
        ),
        ("great depth", lone(&any(&deep.0)), Refusal::Value),
        (
            "elements",
            lone(&any(&b().raw(&[117]).n(70_000).raw(&[120; 70_000]).0)),
            Refusal::Value,
        ),
        ("utf-8", lone(&any(&[119, 1, 0xff])), Refusal::Utf8),
        (
            "bigger than a number",
            lone(&any(&[125, 0xff, 0xff, 0xff, 0xff, 0x7f])),
            Refusal::Number,
        ),
        ("overlong number", vec![0x80, 0x00, 0x00], Refusal::Number),
        (
            "many clients",
            b().n(1 << 30).raw(&[0; 40]).0,
            Refusal::Truncated,
        ),
        (
            "many blocks",
            b().n(1).n(1 << 30).n(9).n(0).raw(&[0; 40]).0,
            Refusal::Truncated,
        ),
        (
            "many values",
            lone(&under("meta", Some("x"), 8).n(1 << 30).raw(&[120; 40])),
            Refusal::Truncated,
        ),
        (
            "a long string",
            lone(&under("meta", Some("x"), 8).n(1).raw(&[119]).n(1 << 30)),
            Refusal::Truncated,
        ),
        (
            "many deletes",
            b().n(0).n(1).n(1).n(1 << 30).raw(&[1; 40]).0,
            Refusal::Truncated,
        ),
        ("nothing", vec![], Refusal::Truncated),
        ("more than all", vec![0, 0, 0], Refusal::Trailing),
        (
            "no blocks",
            update(&[(STRANGER, 0, &[])], &[]),
            Refusal::Truncated,
        ),
        (
            "empty text",
            lone(&under("summary", None, 4).s("")),
            Refusal::Empty,
        ),
        (
            "empty values",
            lone(&under("meta", Some("x"), 8).n(0)),
            Refusal::Empty,
        ),
        ("empty gc", lone(&b().raw(&[0, 0])), Refusal::Empty),
        (
            "empty delete",
            update(&[], &[(1, &[(0, 0)])]),
            Refusal::Empty,
        ),
        (
            "overlapping deletes",
            update(&[], &[(1, &[(0, 3), (1, 1)])]),
            Refusal::Empty,
        ),
        (
            "deletes twice",
            update(&[], &[(1, &[(0, 1)]), (1, &[(0, 1)])]),
            Refusal::Repeated,
        ),
        (
            "large clock",
            update(&[(STRANGER, 0, &[b().raw(&[0]).n((1 << 31) - 1)])], &[]),
            Refusal::Number,
        ),
        (
            "large client",
            update(&[(1 << 53, 0, &[b().raw(&[0, 1])])], &[]),
            Refusal::Number,
        ),
        (
            "large delete",
            update(&[], &[(1, &[((1 << 31) - 1, (1 << 31) - 1)])]),
            Refusal::Number,
        ),
        (
            "own client",
            update(
                &[(1, u64::from(parsed_end(&state)), &[b().raw(&[0, 1])])],
                &[],
            ),
            Refusal::ForgedOwnClient,
        ),
        (
            "own client, far",
            update(&[(1, 1_000_000, &[b().raw(&[0, 1])])], &[]),
            Refusal::ForgedOwnClient,
        ),
        ("size", vec![0; MAX_UPDATE + 1], Refusal::TooLarge),
    ];
    let twice = [b().raw(&[0, 1])];
    cases.push((
        "client twice",
        update(&[(9, 0, &twice), (9, 1, &twice)], &[]),
        Refusal::Repeated,
    ));
    // Letters whose neighbours lie in two texts.
    let torn = b()
        .raw(&[0x84 | 0x40])
        .n(1)
        .n(text + 1)
        .n(STRANGER)
        .n(0)
        .s("x");
    let summary = under("summary", None, 4).s("s");
    cases.push((
        "two places",
        update(&[(STRANGER, 0, &[summary, torn])], &[]),
        Refusal::Place,
    ));
    // A register that is written before its own past.
    let before = b().raw(&[0x48]).n(1).n(record + 1).n(1).raw(&[120]);
    cases.push(("before", lone(&before), Refusal::Place));
    // Each waits for the other.
    let left = b().raw(&[0x84]).n(STRANGER + 1).n(0).s("x");
    let right = b().raw(&[0x84]).n(STRANGER).n(0).s("y");
    cases.push((
        "circle",
        update(&[(STRANGER + 1, 0, &[right]), (STRANGER, 0, &[left])], &[]),
        Refusal::Circular,
    ));
    let own = b().raw(&[0x84]).n(STRANGER).n(0).s("x");
    cases.push(("itself", lone(&own), Refusal::Circular));
    for (what, bytes, why) in cases {
        assert_eq!(
            laptop.replica.merge(&bytes).map(drop),
            refused(why),
            "{what}"
        );
        assert_eq!(laptop.replica.state_vector(), state, "{what}");
    }
    assert_eq!(laptop.replica.content_hash(), hash);
    laptop.act(&[type_in(note(1), 0, 1, "z")]).unwrap();
    laptop.check();
}

fn parsed_end(state: &[u8]) -> u32 {
    // One client, id 1: count, client, clock.
    u32::from(state[2])
}

#[test]
fn v2_what_builds_on_something_missing_is_a_gap() {
    let (mut laptop, record, text) = victim();
    let state = laptop.replica.state_vector();
    let letter = |at: u64| b().raw(&[0x84]).n(1).n(at).s("x");
    let cases = [
        ("skip", update(&[(STRANGER, 0, &[b().raw(&[10, 5])])], &[])),
        (
            "later start",
            update(&[(STRANGER, 3, &[under("summary", None, 4).s("x")])], &[]),
        ),
        ("origin", lone(&letter(500))),
        ("right origin", lone(&b().raw(&[0x44]).n(1).n(500).s("x"))),
        ("unknown client", lone(&b().raw(&[0x84]).n(5).n(0).s("x"))),
        (
            "parent",
            lone(&inside(1, 500, Some("x"), 8).n(1).raw(&[120])),
        ),
        ("delete", update(&[], &[(1, &[(record, 500)])])),
        ("delete of a stranger", update(&[], &[(5, &[(0, 1)])])),
    ];
    for (what, bytes) in cases {
        assert_eq!(laptop.replica.merge(&bytes), Err(MergeError::Gap), "{what}");
        assert_eq!(laptop.replica.state_vector(), state, "{what}");
    }
    assert!(laptop.merge(&lone(&letter(text + 1))));
    assert_eq!(laptop.replica.board().notes[&note(1)].text, "abcdefx");
    laptop.check();
}

#[test]
fn a_refused_update_leaves_nothing_behind() {
    let (mut laptop, record, _) = victim();
    // A good record and a good field, then something that does not belong.
    let good = under("notes", Some(&note(9).to_string()), 7).raw(&[1]);
    let field = inside(STRANGER, 0, Some("parked"), 8).n(1).raw(&[120]);
    let bad = inside(1, record, Some("x"), 7).raw(&[1]);
    let update = update(&[(STRANGER, 0, &[good.clone(), field.clone(), bad])], &[]);
    assert_eq!(
        laptop.replica.merge(&update).map(drop),
        refused(Refusal::Place)
    );
    assert!(!laptop.replica.board().notes.contains_key(&note(9)));
    let again = super::hostile::update(&[(STRANGER, 0, &[good, field])], &[]);
    assert!(laptop.merge(&again));
    assert!(laptop.replica.board().notes[&note(9)].parked);
    laptop.check();
}

#[test]
fn a_record_that_another_client_deletes_outright_is_gone_and_its_late_changes_are_taken() {
    let doc = foreign(9);
    let map = doc.get_or_insert_map("notes");
    let key = note(1).to_string();
    let record: MapRef = map.insert(&mut doc.transact_mut(), key.as_str(), MapPrelim::default());
    let mut laptops = [Laptop::new(1), Laptop::new(2)];
    assert!(laptops[0].merge(&whole(&doc)));
    assert!(laptops[1].merge(&whole(&doc)));
    record.insert(&mut doc.transact_mut(), "parked", true);
    let late = laptops[1].act(&[type_in(note(1), 0, 0, "late")]).unwrap();
    map.remove(&mut doc.transact_mut(), &key);
    assert!(laptops[0].merge(&whole(&doc)));
    assert!(laptops[0].replica.board().notes.is_empty());
    assert!(laptops[0].merge(&late));
    laptops[0].compact();
    laptops[0].reopen(ClientId::new(3));
    laptops[0].check();
    assert!(laptops[1].merge(&whole(&doc)));
    super::world::meet(&mut laptops);
    super::world::assert_same(&laptops);
    laptops[1].check();
}

/// Updates of a random history, and the document they belong to.
fn corpus(seed: u64) -> (Vec<Vec<u8>>, Laptop) {
    let mut dice = Dice::new(seed);
    let mut laptops = [Laptop::new(11), Laptop::new(12), Laptop::new(13)];
    let mut updates = Vec::new();
    laptops[0].act(&[
        add_section(section(1)),
        add_note(note(1), Parent::Board, "seed 🚀"),
    ]);
    for _ in 0..60 {
        let who = dice.below(3);
        let command = dice.command(laptops[who].replica.board());
        let update = if dice.below(5) == 0 {
            laptops[who].undo("a", false)
        } else {
            laptops[who].act(&[command])
        };
        updates.extend(update.filter(|update| update.len() > 2 && update.len() < 4_000));
        if dice.below(6) == 0 {
            super::world::meet(&mut laptops);
            updates.extend(laptops[0].replica.diff(&[0]).unwrap());
        }
    }
    let [victim, ..] = laptops;
    (updates, victim)
}

/// Changes bytes with an eye for what they mean.
fn mutate(dice: &mut Dice, update: &mut Vec<u8>, other: &[u8]) {
    let at = dice.below(update.len());
    match dice.below(12) {
        0 => update[at] ^= 1 << dice.below(8),
        1 => update[at] = dice.bits() as u8,
        2 => update[at] = update[at].wrapping_add(1),
        3 => update[at] = update[at].wrapping_sub(1),
        4 => update.truncate(at),
        5 => {
            let end = at + dice.below(update.len() - at);
            update.drain(at..end);
        }
        6 => {
            let from = dice.below(other.len());
            let to = from + dice.below(other.len() - from);
            update.splice(at..at, other[from..to].iter().copied());
        }
        // The structure: blocks, as far as the bytes still are an update.
        kind => {
            let copy = update.clone();
            let (Ok(parsed), Ok(theirs)) = (
                Parsed::read(&copy, MAX_UPDATE),
                Parsed::read(other, MAX_UPDATE),
            ) else {
                return;
            };
            if parsed.blocks.is_empty() || theirs.blocks.is_empty() {
                return;
            }
            let block = &parsed.blocks[dice.below(parsed.blocks.len())];
            let foreign = &theirs.blocks[dice.below(theirs.blocks.len())];
            let mut clients: Vec<(u64, u64, Vec<Bytes>)> = parsed
                .runs
                .iter()
                .map(|run| {
                    let blocks = parsed.blocks[run.blocks.clone()].iter();
                    let bytes = |b: &crate::validate::update::Block<'_>| {
                        Bytes(copy[b.bytes.clone()].to_vec())
                    };
                    (
                        run.client,
                        u64::from(run.start),
                        blocks.map(bytes).collect(),
                    )
                })
                .collect();
            let which = dice.below(clients.len());
            let own = &mut clients[which];
            let spot = dice.below(own.2.len());
            match kind {
                7 => own
                    .2
                    .insert(spot, Bytes(copy[block.bytes.clone()].to_vec())),
                8 => own
                    .2
                    .insert(spot, Bytes(other[foreign.bytes.clone()].to_vec())),
                9 => {
                    own.2.remove(spot);
                }
                10 => own.1 = own.1.saturating_add_signed(dice.below(5) as i64 - 2),
                _ => own.0 = [11, 12, 13, 99, 1 << 40][dice.below(5)],
            }
            let deletes: Vec<(u64, Vec<(u64, u64)>)> = parsed
                .deletes
                .iter()
                .map(|(client, ranges)| {
                    let pair =
                        |r: &std::ops::Range<u32>| (u64::from(r.start), u64::from(r.len() as u32));
                    (*client, ranges.iter().map(pair).collect())
                })
                .collect();
            let clients: Vec<(u64, u64, &[Bytes])> = clients
                .iter()
                .map(|(id, clock, blocks)| (*id, *clock, blocks.as_slice()))
                .collect();
            let deletes: Vec<(u64, &[(u64, u64)])> = deletes
                .iter()
                .map(|(id, ranges)| (*id, ranges.as_slice()))
                .collect();
            *update = super::hostile::update(&clients, &deletes);
        }
    }
}

/// The letters of all texts, text by text, in no order.
fn letters(replica: &Replica) -> Vec<Vec<char>> {
    let board = replica.board();
    let texts = board.notes.values().map(|note| &note.text);
    let cards = board.followups.values().map(|card| &card.text);
    let sorted = |text: &String| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    texts
        .chain(cards)
        .chain([&board.meta.summary])
        .map(sorted)
        .collect()
}

/// Mutants offered to replicas that have got about half of the history they come from: how many
/// were taken, of how many.
fn mutants(count: u64, first_seed: u64) -> (u64, u64) {
    let (mut taken, mut seen) = (0, 0);
    for seed in (first_seed..).take((count / 2_000).max(1) as usize) {
        let (updates, mut victim) = corpus(seed);
        let mut dice = Dice::new(seed ^ 0xf00d);
        // Half of the updates are news to the victim.
        let half = updates.len() / 2;
        let mut fresh = Laptop::new(14);
        for update in updates.iter().take(half) {
            let _ = fresh.replica.merge(update);
        }
        victim.compact();
        let snapshot = fresh.replica.snapshot();
        let none: &[&[u8]] = &[];
        let mut target = Replica::open(ClientId::new(15), Some(&snapshot), none).unwrap();
        for n in 0..2_000u32 {
            let mut mutant = updates[dice.below(updates.len())].clone();
            let other = &updates[dice.below(updates.len())];
            for _ in 0..=dice.below(3) {
                if mutant.is_empty() {
                    break;
                }
                mutate(&mut dice, &mut mutant, other);
            }
            seen += 1;
            match target.merge(&mutant) {
                Ok(merged) => {
                    taken += u64::from(merged.changed);
                    let hash = target.content_hash_from_scratch();
                    assert_eq!(target.content_hash(), hash, "seed {seed}");
                }
                Err(MergeError::Unusable) => panic!("yrs and the checks differ: {mutant:?}"),
                Err(_) => {}
            }
            if n % 200 == 199 {
                // Still good for reading, writing, storing and sending.
                let command = dice.command(target.board());
                let _ = target.execute("a", &super::world::FACILITATOR, &[command]);
                let _ = target.undo("a");
                let again =
                    Replica::open(ClientId::new(16 + n), Some(&target.snapshot()), none).unwrap();
                assert_eq!(again.registers(), target.registers(), "seed {seed}");
                // Letters whose neighbours are forged may stand in another order after another
                // way of arriving: that is what content hashes are exchanged for. No letter is
                // lost or made up.
                assert_eq!(letters(&again), letters(&target), "seed {seed}");
                board::testing::check_invariants(target.board()).unwrap();
                let mut peer = Replica::new(ClientId::new(17 + n));
                for update in target.diff(&peer.state_vector()).unwrap() {
                    peer.merge(&update).unwrap();
                }
                assert_eq!(peer.content_hash(), again.content_hash(), "seed {seed}");
                // Start over, so that mutants meet an honest document again.
                if n % 400 == 399 {
                    target = Replica::open(ClientId::new(18 + n), Some(&snapshot), none).unwrap();
                }
            }
        }
    }
    (taken, seen)
}

#[test]
fn v1_mutants_of_updates_are_refused_or_taken_and_nothing_breaks() {
    let count = std::env::var("MUTANTS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200_000);
    let seed = std::env::var("MUTANT_SEED")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1);
    let (taken, seen) = mutants(count, seed);
    assert!(
        seen >= count && taken > seen / 50,
        "{taken} of {seen} were taken"
    );
    eprintln!("{taken} of {seen} mutants were taken");
}

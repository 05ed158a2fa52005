//! A plain Yjs client on the board: it deletes outright what our replicas never delete, tears
//! characters, writes nulls and sets texts anew. All it does is taken, and everybody agrees.

use super::convergence::seeds;
use super::world::{Dice, Laptop, add_note, add_section, assert_same, meet, note, section};
use board::Parent;
use yrs::updates::decoder::Decode;
use yrs::{
    Any, ClientID, Doc, Map, MapPrelim, MapRef, OffsetKind, Options, Out, ReadTxn, StateVector,
    Text, TextPrelim, TextRef, Transact, Update,
};

struct Stranger {
    doc: Doc,
    notes: MapRef,
    summary: TextRef,
}

impl Stranger {
    fn new(client: u64, skip_gc: bool) -> Self {
        let mut options = Options::with_client_id(ClientID::new(client));
        options.offset_kind = OffsetKind::Utf16;
        options.skip_gc = skip_gc;
        let doc = Doc::with_options(options);
        let notes = doc.get_or_insert_map("notes");
        let summary = doc.get_or_insert_text("summary");
        Self {
            doc,
            notes,
            summary,
        }
    }

    fn take(&self, update: &[u8]) {
        let update = Update::decode_v1(update).unwrap();
        self.doc.transact_mut().apply_update(update).unwrap();
    }

    fn since(&self, state: &StateVector) -> Vec<u8> {
        self.doc.transact().encode_diff_v1(state)
    }

    fn state(&self) -> StateVector {
        self.doc.transact().state_vector()
    }

    fn text_of(&self, key: &str) -> Option<TextRef> {
        let txn = self.doc.transact();
        let Some(Out::YMap(record)) = self.notes.get(&txn, key) else {
            return None;
        };
        match record.get(&txn, "text") {
            Some(Out::YText(text)) => Some(text),
            _ => None,
        }
    }

    /// Does something; answers its update.
    fn act(&self, dice: &mut Dice) -> Vec<u8> {
        let key = note(1 + dice.below(4) as u128).to_string();
        let text = if dice.below(4) == 0 {
            Some(self.summary.clone())
        } else {
            self.text_of(&key)
        };
        let mut txn = self.doc.transact_mut();
        match (dice.below(8), text) {
            (0, _) => {
                self.notes.remove(&mut txn, &key);
            }
            (1, _) => {
                let record: MapRef = self.notes.insert(&mut txn, key, MapPrelim::default());
                let _: TextRef = record.insert(&mut txn, "text", TextPrelim::new("new 🚀"));
                record.insert(&mut txn, "parked", true);
            }
            (2, _) => {
                if let Some(Out::YMap(record)) = self.notes.get(&txn, &key) {
                    let _: TextRef = record.insert(&mut txn, "text", TextPrelim::new("again"));
                }
            }
            (3, _) => {
                if let Some(Out::YMap(record)) = self.notes.get(&txn, &key) {
                    let value = [
                        Any::Null,
                        Any::Undefined,
                        Any::from(1.5),
                        Any::Number(yrs::Number::Int(i64::MAX)),
                    ];
                    record.insert(&mut txn, "made", value[dice.below(4)].clone());
                    record.remove(&mut txn, "kind");
                }
            }
            (4 | 5, Some(text)) => {
                let len = text.len(&txn);
                text.insert(&mut txn, dice.below(len as usize + 1) as u32, "🙂x");
            }
            (_, Some(text)) => {
                // Where it pleases, be it in the middle of a character. (Never nothing: yrs tears
                // the character even then, and tells nobody.)
                let len = text.len(&txn) as usize;
                if len > 0 {
                    let from = dice.below(len);
                    let count = 1 + dice.below((len - from).min(4));
                    text.remove_range(&mut txn, from as u32, count as u32);
                }
            }
            _ => {}
        }
        txn.commit();
        txn.encode_update_v1()
    }
}

fn visit(seed: u64) {
    let mut dice = Dice::new(seed ^ 0x5742);
    let mut laptops = [Laptop::new(21), Laptop::new(22)];
    // With and without garbage collection: what Yjs clients with and without do.
    let stranger = Stranger::new(if dice.below(2) == 0 { 5 } else { 50 }, dice.below(3) == 0);
    laptops[0].act(&[
        add_section(section(1)),
        add_note(note(1), Parent::Board, "one 🚀 two"),
    ]);
    laptops[0].act(&[add_note(note(2), Parent::Section(section(1)), "second")]);
    let mut sent: Vec<Vec<u8>> = Vec::new();
    for _ in 0..50 {
        let who = dice.below(2);
        match dice.below(8) {
            0..3 => {
                let update = stranger.act(&mut dice);
                if update != [0, 0] {
                    sent.push(update);
                }
            }
            3 | 4 => {
                let command = dice.command(laptops[who].replica.board());
                laptops[who].act(&[command]);
            }
            5 if !sent.is_empty() => {
                let at = dice.below(sent.len());
                laptops[who].merge(&sent[at]);
            }
            6 => {
                let state = yrs::updates::encoder::Encode::encode_v1(&stranger.state());
                for update in laptops[who].replica.diff(&state).unwrap() {
                    stranger.take(&update);
                }
            }
            _ => {
                let client = dice.client();
                laptops[who].compact();
                laptops[who].reopen(client);
                assert!(laptops[who].merge(&stranger.since(&StateVector::default())));
            }
        }
    }
    for laptop in &mut laptops {
        assert!(laptop.merge(&stranger.since(&StateVector::default())));
        laptop.check();
    }
    meet(&mut laptops);
    assert_same(&laptops);
    laptops[1].check();
    // What the stranger has in the end is the same document.
    let state = yrs::updates::encoder::Encode::encode_v1(&stranger.state());
    for update in laptops[0].replica.diff(&state).unwrap() {
        stranger.take(&update);
    }
    let mut third = Laptop::new(23);
    assert!(third.merge(&stranger.since(&StateVector::default())));
    assert_eq!(third.replica.registers(), laptops[0].replica.registers());
    assert_eq!(
        third.replica.board().snapshot(),
        laptops[0].replica.board().snapshot()
    );
    assert_eq!(
        third.replica.content_hash(),
        laptops[0].replica.content_hash()
    );
}

#[test]
fn v4_whatever_a_plain_yjs_client_does_is_taken() {
    seeds(0, 400, visit);
}

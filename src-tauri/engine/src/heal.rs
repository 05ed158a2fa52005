//! Replicas that came apart: their state vectors agree, their content does not. Somebody wrote
//! under a client id that was not theirs (a forged edit, a copied machine), and each side took
//! another edit for the same number.
//!
//! Of the two, the one with the larger *lineage* gives way. It fetches the other's whole state into
//! a fresh replica under a new client id, merges into it what the other side did not have, and then
//! looks at every record that was changed through its own sessions since the board was opened:
//! where such a record differs, it is brought back as a new edit, which every replica accepts.
//! Texts are joined rather than replaced, so that no words are lost. The replica takes over the
//! other's lineage, so lineages only ever get smaller, and any number of replicas end on one.
//!
//! The old log cannot be read on top of the new state, so a snapshot is stored that stands before
//! whatever is appended from now on.

use crate::input::{Millis, PeerId};
use crate::open_board::{Change, Cx, OpenBoard, Origin};
use crate::output::PeerEnd;
use crate::sync::{nothing, vector};
use crate::wire::{Stand, SyncFrame};
use board::{Actor, Board, Command, Key, Patch, Record, Role};
use bytes::Bytes;
use replica::Replica;

/// Fetching is given up, to begin anew at the next comparison, when nothing came for so long.
const GIVE_UP_MS: i64 = 15_000;
/// How often a peer may bring edits under this replica's number. An honest one that passes on a
/// forgery does so once or twice.
const MOST_FORGERIES: u32 = 3;

/// A healing in progress.
pub(crate) struct Healing {
    pub(crate) peer: PeerId,
    /// The other side's state, as far as it has come.
    replica: Replica,
    heard: Millis,
}

impl OpenBoard {
    /// Both sides have all of the other's edits, and yet differ.
    pub(crate) fn came_apart(&mut self, cx: &mut Cx<'_>, id: PeerId, theirs: &Stand) {
        let Some(peer) = self.peers.get(&id) else {
            return;
        };
        let (mine, other) = (
            (self.lineage, self.instance),
            (theirs.lineage, theirs.instance),
        );
        let gives_way =
            self.role < Role::TakePart || mine > other || (mine == other && peer.dialled);
        self.tell_apart(cx, id);
        if gives_way {
            self.fetch(cx, id);
        } else {
            self.send_have(cx, id, 0, false);
        }
    }

    /// A peer holds edits under this replica's own client id that it never made. Under a new one
    /// both sides' edits can be told apart again; what was written under the old one may never
    /// reach the others as it is, so the peer's state is taken, and it is brought back.
    pub(crate) fn forged(&mut self, cx: &mut Cx<'_>, id: PeerId) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.forgeries += 1;
        if peer.forgeries > MOST_FORGERIES {
            let reason = "it keeps sending edits under another laptop's number";
            self.drop_peer(cx, id, PeerEnd::BrokeProtocol, reason);
            return;
        }
        match Replica::open(
            cx.next_client(),
            Some(&self.replica.snapshot()),
            &[] as &[&[u8]],
        ) {
            Ok(replica) => self.replica = replica,
            Err(error) => {
                tracing::error!(%error, "a replica did not read its own state");
                self.broken = true;
                return;
            }
        }
        self.tell_apart(cx, id);
        self.fetch(cx, id);
    }

    fn tell_apart(&mut self, cx: &mut Cx<'_>, id: PeerId) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if !std::mem::replace(&mut peer.told_apart, true) {
            tracing::warn!(peer = id.0, "replicas came apart");
            self.notice(
                cx,
                "replicasDiffer",
                "This board differed from another laptop's copy although both had every change. They are \
                 being put together again; nothing you wrote is lost.",
            );
        }
    }

    /// Fetches the other side's state.
    fn fetch(&mut self, cx: &mut Cx<'_>, id: PeerId) {
        if self.healing.is_none() {
            let replica = Replica::new(cx.next_client());
            self.healing = Some(Healing {
                peer: id,
                replica,
                heard: cx.now,
            });
            self.send(
                cx,
                id,
                &SyncFrame::Ask {
                    whole: true,
                    number: 0,
                    state_vector: nothing(),
                },
            );
        }
    }

    /// A piece of the other side's state.
    pub(crate) fn heal_with(&mut self, cx: &Cx<'_>, id: PeerId, update: &Bytes) {
        let Some(healing) = self.healing.as_mut().filter(|healing| healing.peer == id) else {
            return;
        };
        healing.heard = cx.now;
        if let Err(error) = healing.replica.merge(update) {
            tracing::warn!(peer = id.0, %error, "a piece of the other's state was refused");
            self.healing = None;
        }
    }

    /// A window of the other side's state has come.
    pub(crate) fn heal_go_on(&mut self, cx: &mut Cx<'_>, id: PeerId, theirs: &Stand) {
        let Some(healing) = self.healing.as_mut().filter(|healing| healing.peer == id) else {
            return;
        };
        healing.heard = cx.now;
        if healing.replica.content_hash() == theirs.hash
            && !vector(&healing.replica).lacks(&theirs.vector)
        {
            if let Some(healing) = self.healing.take() {
                self.adopt(cx, healing.replica, theirs);
            }
        } else {
            let state_vector = healing.replica.state_vector().into();
            self.send(
                cx,
                id,
                &SyncFrame::Ask {
                    whole: true,
                    number: 0,
                    state_vector,
                },
            );
        }
    }

    pub(crate) fn heal_tick(&mut self, cx: &Cx<'_>) {
        let now = cx.now;
        self.healing
            .take_if(|healing| now.since(healing.heard) >= GIVE_UP_MS);
    }

    /// Goes on with the other side's state, and brings own edits back.
    fn adopt(&mut self, cx: &mut Cx<'_>, replica: Replica, theirs: &Stand) {
        let old = std::mem::replace(&mut self.replica, replica);
        let others = old.diff(&self.replica.state_vector()).unwrap_or_default();
        // First of all: whether a session knows a record is told by the board it has seen.
        let patch = difference(old.board(), self.replica.board());
        for sub in self.subs.values_mut() {
            sub.touch(&patch, "");
        }
        self.lineage = self.lineage.min(theirs.lineage);
        self.revision += 1;
        self.snapshot(cx);
        for piece in others {
            if let Ok(merged) = self.replica.merge(&piece)
                && merged.changed
            {
                let change = Change {
                    update: piece.into(),
                    patch: merged.patch,
                    texts: Vec::new(),
                };
                self.took(cx, change, &Origin::Healed, "");
            }
        }
        if self.role >= Role::TakePart {
            let actor = Actor {
                person: None,
                role: Role::Facilitate,
                now_ms: cx.now.0,
            };
            for command in bring_back(
                old.board(),
                self.replica.board(),
                self.written.iter().copied(),
            ) {
                // One by one: what does not fit any more must not hold up the rest.
                if let Ok(applied) = self.replica.execute("healed", &actor, &[command]) {
                    self.took(
                        cx,
                        Change {
                            texts: Vec::new(),
                            ..applied.into()
                        },
                        &Origin::Healed,
                        "",
                    );
                }
            }
        }
        self.flush(cx);
        self.reset_texts(cx);
        let peers: Vec<PeerId> = self.peers.keys().copied().collect();
        for peer in peers {
            self.send_have(cx, peer, 0, false);
        }
        self.notice(
            cx,
            "replicasHealed",
            "This board and another laptop's copy are the same again. What you wrote was brought back; \
             undo starts afresh.",
        );
    }
}

/// What takes one board to another, record by record.
fn difference(from: &Board, to: &Board) -> Patch {
    let mut patch = Patch::default();
    for record in to.snapshot().records {
        match from.get(record.key()) {
            None => patch.added.push(record),
            Some(before) if before != record => patch.updated.push(record),
            Some(_) => {}
        }
    }
    for record in from.snapshot().records {
        if !to.contains(record.key()) {
            patch.removed.push(record.key());
        }
    }
    patch
}

/// Commands that bring a board's own edits into another: records that are not there, and the fields
/// of those that differ.
fn bring_back(own: &Board, now: &Board, written: impl Iterator<Item = Key>) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut missing = Vec::new();
    for key in written {
        match (own.get(key), now.get(key)) {
            (Some(own), None) => missing.push(own),
            (None, Some(_)) => commands.push(Command::Remove { keys: vec![key] }),
            (Some(own), Some(now)) if own != now => commands.extend(fields(&own, &now)),
            _ => {}
        }
    }
    // What others lie on first.
    missing.sort_by_key(|record| match record {
        Record::Section(_) => 0,
        Record::Theme(_) => 1,
        Record::Connector(_) => 3,
        _ => 2,
    });
    let missing = missing.into_iter().map(|record| Command::Insert {
        records: vec![record],
    });
    missing.chain(commands).collect()
}

/// Texts and places: what people would miss. Small settings stay as the other side has them.
fn fields(own: &Record, now: &Record) -> Vec<Command> {
    let key = own.key();
    let mut commands = Vec::new();
    let mut text = |own: &str, now: &str| {
        if own != now {
            commands.push(Command::SetText {
                key,
                text: join(own, now),
            });
        }
    };
    match (own, now) {
        (Record::Note(own), Record::Note(now)) => text(&own.text, &now.text),
        (Record::FollowUp(own), Record::FollowUp(now)) => text(&own.text, &now.text),
        (Record::Meta(own), Record::Meta(now)) => {
            text(&own.summary, &now.summary);
            if own.title != now.title {
                let set = vec![board::MetaChange::Title(own.title.clone())];
                commands.push(Command::SetMeta { set });
            }
        }
        (Record::Theme(own), Record::Theme(now)) if own.name != now.name => {
            commands.push(Command::NameTheme {
                id: own.id,
                name: own.name.clone(),
            });
        }
        (Record::Section(own), Record::Section(now)) if own.title != now.title => {
            let set = vec![board::SectionChange::Title(own.title.clone())];
            commands.push(Command::SetSection { id: own.id, set });
        }
        _ => {}
    }
    if let (Some(own), Some(now)) = (own.place(), now.place())
        && (own.parent, own.x, own.y) != (now.parent, now.x, now.y)
    {
        let to = board::Move {
            key,
            parent: own.parent,
            x: own.x,
            y: own.y,
            after: None,
            first: false,
        };
        commands.push(Command::Move { moves: vec![to] });
    }
    commands
}

/// Both texts in one: what they share at the ends once, and what differs in between one after the
/// other.
fn join(own: &str, now: &str) -> String {
    if now.contains(own) {
        return now.to_owned();
    }
    if own.contains(now) {
        return own.to_owned();
    }
    let head: usize = own
        .chars()
        .zip(now.chars())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let (own_rest, now_rest) = (
        own.get(head..).unwrap_or_default(),
        now.get(head..).unwrap_or_default(),
    );
    let tail: usize = own_rest
        .chars()
        .rev()
        .zip(now_rest.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let own_mid = own_rest.get(..own_rest.len() - tail).unwrap_or_default();
    let now_mid = now_rest.get(..now_rest.len() - tail).unwrap_or_default();
    let space = if own_mid.is_empty() || now_mid.is_empty() {
        ""
    } else {
        " "
    };
    let (start, end) = (
        own.get(..head).unwrap_or_default(),
        own_rest.get(own_mid.len()..).unwrap_or_default(),
    );
    format!("{start}{now_mid}{space}{own_mid}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_texts_hold_the_words_of_both() {
        assert_eq!(join("we shipped late", "we shipped"), "we shipped late");
        assert_eq!(
            join("we shipped early", "we shipped late"),
            "we shipped late early"
        );
        assert_eq!(join("é", "è"), "è é");
        assert_eq!(join("", "x"), "x");
    }
}

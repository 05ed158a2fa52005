//! Who is there and where: the newest counts, nothing is stored, everything is bounded.

use crate::input::{Lane, Millis, PeerId, SessionId, SessionKind};
use crate::open_board::{Cx, OpenBoard};
use crate::output::Output;
use crate::protocol::{BoardEvent, Presence, Present};
use crate::wire::{MAX_KEYS, MAX_NAME, PRESENCE_FRAME, PresenceItem, cut};
use std::collections::{BTreeMap, BTreeSet};

/// Presence goes out at most this often: 30 times a second is where a cursor looks continuous.
const EVERY_MS: i64 = 33;
/// A session that does not move says this often that it is still there: two may get lost before
/// the others give it up.
const KEEPALIVE_MS: i64 = 10_000;
/// Somebody not heard of for so long has left without saying so.
const SILENT_MS: i64 = 30_000;
/// How many are told apart on a board; a workshop has up to some thirty people.
const MOST: usize = 256;

/// The presence of a board.
#[derive(Debug, Default)]
pub(crate) struct Book {
    entries: BTreeMap<u64, Entry>,
    /// Whose presence is to be told.
    news: BTreeMap<u64, Via>,
    flushed: Option<Millis>,
}

#[derive(Debug)]
struct Entry {
    presence: Presence,
    stamp: u32,
    via: Via,
    heard: Millis,
}

/// Where we know it from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Via {
    Session(SessionId),
    Peer(PeerId),
}

impl Book {
    /// Everybody but one, for a session that opens the board.
    pub(crate) fn others(&self, who: u64) -> Vec<Present> {
        self.entries
            .iter()
            .filter(|(other, _)| **other != who)
            .map(|(who, entry)| Present {
                who: name_of(*who),
                presence: entry.presence.clone(),
            })
            .collect()
    }

    /// A session of this laptop says where it is.
    pub(crate) fn tell(&mut self, who: u64, session: SessionId, presence: Presence, now: Millis) {
        let stamp = self
            .entries
            .get(&who)
            .map_or(0, |entry| entry.stamp)
            .wrapping_add(1);
        let via = Via::Session(session);
        self.entries.insert(
            who,
            Entry {
                presence,
                stamp,
                via,
                heard: now,
            },
        );
        self.news.insert(who, via);
    }

    /// A peer says where somebody is. Old news are ignored, so that they die out on the way.
    fn hear(&mut self, peer: PeerId, item: PresenceItem, now: Millis) {
        let known = self.entries.get(&item.who);
        if known
            .is_some_and(|entry| item.stamp <= entry.stamp || matches!(entry.via, Via::Session(_)))
        {
            return;
        }
        let via = Via::Peer(peer);
        match item.presence {
            Some(mut presence) if known.is_some() || self.entries.len() < MOST => {
                tidy(&mut presence);
                self.entries.insert(
                    item.who,
                    Entry {
                        presence,
                        stamp: item.stamp,
                        via,
                        heard: now,
                    },
                );
            }
            None if known.is_some() => {
                self.entries.remove(&item.who);
            }
            _ => return,
        }
        self.news.insert(item.who, via);
    }

    /// A session left.
    pub(crate) fn leave(&mut self, who: u64, session: SessionId) {
        if self.entries.remove(&who).is_some() {
            self.news.insert(who, Via::Session(session));
        }
    }

    /// A peer left, and whoever is known through it; the others' keepalive brings back whoever is
    /// still reachable another way.
    pub(crate) fn peer_left(&mut self, peer: PeerId) {
        let gone: Vec<u64> = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.via == Via::Peer(peer))
            .map(|(who, _)| *who)
            .collect();
        for who in gone {
            self.entries.remove(&who);
            self.news.insert(who, Via::Peer(peer));
        }
    }

    fn age(&mut self, now: Millis) {
        let mut gone = Vec::new();
        for (who, entry) in &mut self.entries {
            match entry.via {
                Via::Session(_) if now.since(entry.heard) >= KEEPALIVE_MS => {
                    entry.stamp = entry.stamp.wrapping_add(1);
                    entry.heard = now;
                    self.news.insert(*who, entry.via);
                }
                Via::Peer(_) if now.since(entry.heard) >= SILENT_MS => gone.push((*who, entry.via)),
                _ => {}
            }
        }
        for (who, via) in gone {
            self.entries.remove(&who);
            self.news.insert(who, via);
        }
    }

    pub(crate) fn due(&self) -> Option<Millis> {
        let news =
            (!self.news.is_empty()).then(|| self.flushed.map_or(Millis(0), |at| at.plus(EVERY_MS)));
        let aged = self.entries.values().map(|entry| match entry.via {
            Via::Session(_) => entry.heard.plus(KEEPALIVE_MS),
            Via::Peer(_) => entry.heard.plus(SILENT_MS),
        });
        news.into_iter().chain(aged).min()
    }
}

impl OpenBoard {
    /// A session says where it is.
    pub(crate) fn present(&mut self, cx: &Cx<'_>, session: SessionId, mut presence: Presence) {
        let Some(sub) = self.subs.get(&session) else {
            return;
        };
        if sub.kind == SessionKind::Own {
            if presence.name.is_empty() {
                presence.name.clone_from(&cx.me.name);
            }
            presence.tint = presence.tint.or(cx.me.tint);
        }
        tidy(&mut presence);
        self.presence.tell(sub.who, session, presence, cx.now);
    }

    pub(crate) fn hear_presence(&mut self, cx: &Cx<'_>, peer: PeerId, items: Vec<PresenceItem>) {
        for item in items {
            self.presence.hear(peer, item, cx.now);
        }
    }

    /// Tells what is new, unless that was done a moment ago.
    pub(crate) fn flush_presence(&mut self, cx: &mut Cx<'_>) {
        self.presence.age(cx.now);
        let early = self
            .presence
            .flushed
            .is_some_and(|at| cx.now.since(at) < EVERY_MS);
        if self.presence.news.is_empty() || early {
            return;
        }
        self.presence.flushed = Some(cx.now);
        let news = std::mem::take(&mut self.presence.news);
        for (who, via) in &news {
            let presence = self.presence.entries.get(who).map(|entry| &entry.presence);
            for session in self
                .subs
                .keys()
                .filter(|session| *via != Via::Session(**session))
            {
                cx.event(
                    *session,
                    BoardEvent::Presence {
                        board: self.id,
                        who: name_of(*who),
                        presence: presence.cloned(),
                    },
                );
            }
        }
        let greeted = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.greeted)
            .map(|(id, _)| *id);
        for id in greeted.collect::<BTreeSet<_>>() {
            let whose = news
                .iter()
                .filter(|(_, via)| **via != Via::Peer(id))
                .map(|(who, _)| *who);
            self.send_presence(cx, id, whose.collect());
        }
    }

    /// Tells a new peer who is there.
    pub(crate) fn introduce(&self, cx: &mut Cx<'_>, peer: PeerId) {
        self.send_presence(cx, peer, self.presence.entries.keys().copied().collect());
    }

    fn send_presence(&self, cx: &mut Cx<'_>, peer: PeerId, whose: Vec<u64>) {
        let mut frame = Vec::new();
        for who in whose {
            let entry = self.presence.entries.get(&who);
            let item = PresenceItem {
                who,
                // Whoever left left for good: their `who` is not used again.
                stamp: entry.map_or(u32::MAX, |entry| entry.stamp),
                presence: entry.map(|entry| entry.presence.clone()),
            };
            item.encode(&mut frame);
            if frame.len() > PRESENCE_FRAME {
                let bytes = std::mem::take(&mut frame).into();
                cx.out.push(Output::SendFrame {
                    peer,
                    lane: Lane::Presence,
                    bytes,
                });
            }
        }
        if !frame.is_empty() {
            cx.out.push(Output::SendFrame {
                peer,
                lane: Lane::Presence,
                bytes: frame.into(),
            });
        }
    }
}

fn name_of(who: u64) -> String {
    format!("{who:016x}")
}

/// Names, lists and numbers of presence come from other people's machines.
fn tidy(presence: &mut Presence) {
    presence.name = cut(&presence.name, MAX_NAME)
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    presence.selected.truncate(MAX_KEYS);
    if let Some(drag) = &mut presence.dragging {
        drag.keys.truncate(MAX_KEYS);
    }
}

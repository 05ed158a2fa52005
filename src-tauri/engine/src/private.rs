//! What this laptop keeps for itself beside a board: who is at it, what they write each for
//! themselves, and their ballots. None of it is in the document or sent to anybody, and no `Debug`
//! form of it shows a word.

use crate::input::SessionId;
use crate::open_board::Cx;
use crate::output::Output;
use crate::protocol::{BoardReply, Fault, FaultCode, PrivateNote};
use board::{BoardId, DotId, Key, NoteId, PersonId};
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The most notes one person keeps for themselves on a board: far more than anybody writes in a
/// phase, and a bound for the disk.
const MOST_NOTES: usize = 500;
/// The most people at one laptop.
pub(crate) const MOST_PEOPLE: usize = 32;

/// A row of it, as the store keeps it: opaque there.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// Who is at this laptop.
    Roster {
        /// The list.
        body: Vec<u8>,
    },
    /// A note somebody writes for themselves.
    Note {
        /// Whose.
        person: PersonId,
        /// Its id among their own.
        id: NoteId,
        /// The note; `None`: it is thrown away, or on the board by now.
        body: Option<Vec<u8>>,
    },
    /// A ballot.
    Ballot {
        /// Whose.
        person: PersonId,
        /// In which vote.
        vote: String,
        /// Their dots; `None`: they are on the board by now, or count no more.
        body: Option<Vec<u8>>,
    },
}

impl Secret {
    /// Whether it is the same row of the store.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Roster { .. }, Self::Roster { .. }) => true,
            (
                Self::Note { person, id, .. },
                Self::Note {
                    person: whose,
                    id: other,
                    ..
                },
            ) => person == whose && id == other,
            (
                Self::Ballot { person, vote, .. },
                Self::Ballot {
                    person: whose,
                    vote: other,
                    ..
                },
            ) => person == whose && vote == other,
            _ => false,
        }
    }

    /// Whether the row is to go.
    pub fn is_gone(&self) -> bool {
        matches!(
            self,
            Self::Note { body: None, .. } | Self::Ballot { body: None, .. }
        )
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Roster { .. } => "Secret::Roster",
            Self::Note { .. } => "Secret::Note",
            Self::Ballot { .. } => "Secret::Ballot",
        })
    }
}

/// Secrets on their way to the disk. Counts up, per engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeepToken(pub u64);

/// A private note, with what it will be on the board.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Written {
    pub(crate) note: PrivateNote,
    /// Its id on the board: drawn when it is first kept, and the same should the reveal have to be
    /// done again after a crash, so that nothing appears twice.
    pub(crate) public: NoteId,
    /// The order it was written in, for its author.
    number: u32,
}

/// Somebody's dots, each with the id it will have on the board.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Cast {
    pub(crate) vote: String,
    pub(crate) dots: Vec<(Key, DotId)>,
}

impl Cast {
    /// How many are on each thing.
    pub(crate) fn ballot(&self) -> board::votes::Ballot {
        let mut ballot = BTreeMap::new();
        for (on, _) in &self.dots {
            *ballot.entry(*on).or_insert(0) += 1;
        }
        ballot
    }

    /// Puts so many on a thing.
    pub(crate) fn put(&mut self, on: Key, count: u32, rng: &mut impl Rng) {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let mut here = 0;
        self.dots.retain(|(key, _)| {
            here += usize::from(*key == on);
            *key != on || here <= count
        });
        for _ in here..count {
            self.dots.push((on, DotId::from_bits(rng.random())));
        }
    }
}

/// All of it, of one board.
#[derive(Default)]
pub(crate) struct Private {
    pub(crate) roster: Vec<PersonId>,
    pub(crate) notes: BTreeMap<(PersonId, NoteId), Written>,
    pub(crate) ballots: BTreeMap<PersonId, Cast>,
    /// Answers that wait for the disk.
    waiting: BTreeMap<KeepToken, (SessionId, u32, BoardReply)>,
    /// Whose notes missed their reveal, as sessions were told last.
    pub(crate) told_late: Vec<PersonId>,
    /// Notes that the board did not take; they are not tried again by themselves.
    pub(crate) refused: BTreeSet<(PersonId, NoteId)>,
}

impl Private {
    /// As the store holds it. A row that cannot be read is left where it is.
    pub(crate) fn from_secrets(secrets: &[Secret]) -> Self {
        let mut private = Self::default();
        for secret in secrets {
            let read = match secret {
                Secret::Roster { body } => serde_json::from_slice(body)
                    .map(|roster| private.roster = roster)
                    .is_ok(),
                Secret::Note { person, id, body } => body
                    .as_deref()
                    .and_then(|body| serde_json::from_slice(body).ok())
                    .map(|written| private.notes.insert((*person, *id), written))
                    .is_some(),
                Secret::Ballot { person, body, .. } => body
                    .as_deref()
                    .and_then(|body| serde_json::from_slice(body).ok())
                    .map(|cast| private.ballots.insert(*person, cast))
                    .is_some(),
            };
            if !read {
                tracing::warn!(?secret, "something kept on this laptop could not be read");
            }
        }
        private.roster.truncate(MOST_PEOPLE);
        private
    }

    /// Nothing here waits for a reveal, or for votes to be shown.
    pub(crate) fn is_quiet(&self) -> bool {
        self.notes.is_empty() && self.ballots.is_empty() && self.told_late.is_empty()
    }

    /// A person's own notes, oldest first.
    pub(crate) fn of(&self, person: PersonId) -> Vec<PrivateNote> {
        let mut own: Vec<&Written> = self
            .notes
            .iter()
            .filter(|((of, _), _)| *of == person)
            .map(|(_, written)| written)
            .collect();
        own.sort_by_key(|written| written.number);
        own.into_iter()
            .map(|written| written.note.clone())
            .collect()
    }

    /// Keeps a note, new or changed; answers the row for the store, or `None` where there are too
    /// many.
    pub(crate) fn write(
        &mut self,
        person: PersonId,
        note: PrivateNote,
        rng: &mut impl Rng,
    ) -> Option<Secret> {
        let id = note.id;
        let own = self.notes.keys().filter(|(of, _)| *of == person).count();
        let known = self.notes.get(&(person, id));
        if known.is_none() && own >= MOST_NOTES {
            return None;
        }
        let numbers = self.notes.values().map(|written| written.number);
        let next = numbers.max().unwrap_or(0).saturating_add(1);
        let written = Written {
            public: known.map_or_else(|| NoteId::from_bits(rng.random()), |known| known.public),
            number: known.map_or(next, |known| known.number),
            note,
        };
        let body = serde_json::to_vec(&written).ok();
        self.notes.insert((person, id), written);
        self.refused.remove(&(person, id));
        Some(Secret::Note { person, id, body })
    }

    /// The row of a person's ballot.
    pub(crate) fn ballot_row(&self, person: PersonId) -> Option<Secret> {
        let cast = self.ballots.get(&person)?;
        Some(Secret::Ballot {
            person,
            vote: cast.vote.clone(),
            body: serde_json::to_vec(cast).ok(),
        })
    }

    /// The row of the roster.
    pub(crate) fn roster_row(&self) -> Secret {
        Secret::Roster {
            body: serde_json::to_vec(&self.roster).unwrap_or_default(),
        }
    }

    /// Wants rows on disk; the answer to the session waits for that.
    pub(crate) fn keep(
        &mut self,
        cx: &mut Cx<'_>,
        board: BoardId,
        secrets: Vec<Secret>,
        answer: Option<(SessionId, u32, BoardReply)>,
    ) {
        let token = cx.next_keep();
        if let Some(answer) = answer {
            self.waiting.insert(token, answer);
        }
        cx.out.push(Output::Keep {
            board,
            token,
            secrets,
        });
    }

    /// The rows are on disk, or could not be written.
    pub(crate) fn kept(&mut self, cx: &mut Cx<'_>, token: KeepToken, result: Result<(), String>) {
        let Some((session, id, reply)) = self.waiting.remove(&token) else {
            return;
        };
        let answer = result.map(|()| reply).map_err(|message| Fault {
            code: FaultCode::Storage,
            message,
        });
        cx.out.push(Output::Answer {
            session,
            id,
            answer,
        });
    }

    /// Answers nothing that waits any more: the board goes.
    pub(crate) fn give_up(&mut self, cx: &mut Cx<'_>) {
        for token in self.waiting.keys().copied().collect::<Vec<_>>() {
            let message = "the board was closed before this was saved".to_owned();
            self.kept(cx, token, Err(message));
        }
    }

    /// Something waits for the disk.
    pub(crate) fn is_busy(&self) -> bool {
        !self.waiting.is_empty()
    }
}

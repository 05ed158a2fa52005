//! Writing each for oneself, and the reveal.
//!
//! Private notes are this laptop's own ([`crate::private`]). Whoever reveals a phase only says so
//! on the board; every laptop that sees it then puts its own people's notes there, shuffled, under
//! ids and client ids that say nothing about who wrote them. The rows go from the store in the
//! transaction that stores the update: a crash in between neither loses a note nor doubles it.

use crate::input::{SessionId, SessionKind};
use crate::open_board::{Change, Cx, OpenBoard, Origin};
use crate::private::Secret;
use crate::protocol::{BoardEvent, BoardReply, Fault, FaultCode, PrivateNote};
use crate::requests::{fault, not_open, rejected};
use board::{Actor, NoteId, PersonId, Record, Rejection, Role, Unveiled};
use rand::seq::SliceRandom;
use replica::ExecuteError;

/// Notes that come onto the board in one update, and their text in UTF-16 units: well below the
/// 1 MiB an update may have.
const BATCH_NOTES: usize = 200;
const BATCH_TEXT: usize = 128 * 1024;

/// What comes at once, or later when the disk has it.
pub(crate) type Later = Option<Result<BoardReply, Fault>>;

impl OpenBoard {
    /// Whether this session may act for somebody at this laptop; whoever acts is at it.
    pub(crate) fn at_this_laptop(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        person: PersonId,
    ) -> Result<(), Fault> {
        let sub = self.subs.get(&session).ok_or_else(not_open)?;
        if sub.kind != SessionKind::Own || sub.role(self.role) < Role::TakePart {
            return Err(rejected(&Rejection::NotAllowed));
        }
        if !self.replica.board().people.contains_key(&person) {
            return Err(rejected(&Rejection::Gone(person.into())));
        }
        if !self.private.roster.contains(&person) {
            let mut roster = self.private.roster.clone();
            roster.push(person);
            self.set_roster(cx, roster, None);
        }
        Ok(())
    }

    /// A person's own notes.
    pub(crate) fn private_notes(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        person: PersonId,
    ) -> Result<BoardReply, Fault> {
        self.at_this_laptop(cx, session, person)?;
        Ok(BoardReply::Private {
            notes: self.private.of(person),
        })
    }

    /// Keeps a note; answered when it is on disk.
    pub(crate) fn put_private(
        &mut self,
        cx: &mut Cx<'_>,
        (session, id): (SessionId, u32),
        person: PersonId,
        note: PrivateNote,
    ) -> Later {
        match self.check_private(cx, session, person, &note) {
            Err(fault) => Some(Err(fault)),
            Ok(()) => {
                let Some(row) = self.private.write(person, note, cx.rng) else {
                    return Some(Err(too_many()));
                };
                let answer = (session, id, BoardReply::Done);
                self.private.keep(cx, self.id, vec![row], Some(answer));
                None
            }
        }
    }

    fn check_private(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        person: PersonId,
        note: &PrivateNote,
    ) -> Result<(), Fault> {
        self.at_this_laptop(cx, session, person)?;
        let board = self.replica.board();
        // What missed its reveal can still be mended before it follows.
        let known = self.private.notes.contains_key(&(person, note.id));
        if !known && board.meta.private_phase() != Some(note.phase.as_str()) {
            return Err(Fault {
                code: FaultCode::NotAllowed,
                message: "notes are in the open now; write this one on the board".to_owned(),
            });
        }
        if board::utf16_len(&note.text) > board::MAX_TEXT {
            return Err(rejected(&Rejection::TooLong(
                "a text holds 20,000 characters",
            )));
        }
        Ok(())
    }

    /// Throws a note away; answered when it is off the disk.
    pub(crate) fn drop_private(
        &mut self,
        cx: &mut Cx<'_>,
        (session, id): (SessionId, u32),
        person: PersonId,
        note: NoteId,
    ) -> Later {
        if let Err(fault) = self.at_this_laptop(cx, session, person) {
            return Some(Err(fault));
        }
        self.private.notes.remove(&(person, note));
        let row = Secret::Note {
            person,
            id: note,
            body: None,
        };
        let answer = (session, id, BoardReply::Done);
        self.private.keep(cx, self.id, vec![row], Some(answer));
        None
    }

    /// Puts a person's notes of revealed phases onto the board, though the reveal is over.
    pub(crate) fn publish_late(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        person: PersonId,
    ) -> Result<BoardReply, Fault> {
        self.at_this_laptop(cx, session, person)?;
        let revealed = &self.replica.board().meta.revealed;
        let late: Vec<_> = self
            .private
            .notes
            .iter()
            .filter(|((of, _), written)| *of == person && revealed.contains(&written.note.phase))
            .map(|(at, _)| *at)
            .collect();
        self.publish(cx, late).map_err(|error| fault(&error))?;
        Ok(BoardReply::Done)
    }

    /// After every input: puts onto the board what was revealed just now, and tells whose notes
    /// came too late for that. While the phase is the current one the room is looking at what is
    /// revealed; later it has gone on, and people decide themselves.
    pub(crate) fn reveal_what_is_due(&mut self, cx: &mut Cx<'_>) {
        let meta = &self.replica.board().meta;
        let revealed = |phase: &String| meta.revealed.contains(phase);
        let may_write = self.role >= Role::TakePart && self.replica.read_only().is_none();
        let due: Vec<_> = self
            .private
            .notes
            .iter()
            .filter(|(at, written)| {
                let phase = &written.note.phase;
                may_write
                    && *phase == meta.phase
                    && revealed(phase)
                    && !self.private.refused.contains(at)
            })
            .map(|(at, _)| *at)
            .collect();
        if !due.is_empty()
            && let Err(error) = self.publish(cx, due.clone())
        {
            if error == ExecuteError::Unusable {
                self.broken = true;
                return;
            }
            tracing::warn!(%error, "private notes did not come onto the board");
            self.private.refused.extend(due);
        }
        let revealed = &self.replica.board().meta.revealed;
        let mut late: Vec<PersonId> = self
            .private
            .notes
            .iter()
            .filter(|(_, written)| revealed.contains(&written.note.phase))
            .map(|((person, _), _)| *person)
            .collect();
        late.dedup();
        if late != self.private.told_late {
            self.private.told_late = late;
            self.tell_roster(cx, None);
        }
    }

    fn publish(
        &mut self,
        cx: &mut Cx<'_>,
        which: Vec<(PersonId, NoteId)>,
    ) -> Result<(), ExecuteError> {
        // Never in one update: of a laptop with one person at it, the names beside them would tell
        // whose the anonymous notes are.
        let notes = &self.private.notes;
        let (anonymous, named) = which
            .into_iter()
            .partition(|at| notes.get(at).is_some_and(|written| written.note.anonymous));
        self.publish_together(cx, anonymous, true)?;
        self.publish_together(cx, named, false)
    }

    fn publish_together(
        &mut self,
        cx: &mut Cx<'_>,
        mut which: Vec<(PersonId, NoteId)>,
        anonymous: bool,
    ) -> Result<(), ExecuteError> {
        which.shuffle(cx.rng);
        while !which.is_empty() {
            let mut notes = Vec::new();
            let (mut units, mut taken) = (0, 0);
            for at in which.iter().take(BATCH_NOTES) {
                let Some(written) = self.private.notes.get(at) else {
                    taken += 1;
                    continue;
                };
                units += board::utf16_len(&written.note.text);
                if units > BATCH_TEXT && !notes.is_empty() {
                    break;
                }
                taken += 1;
                notes.push(Unveiled {
                    id: written.public,
                    text: written.note.text.clone(),
                    section: written.note.section,
                    kind: written.note.kind,
                    author: (!written.note.anonymous).then_some(at.0),
                });
            }
            let batch: Vec<_> = which.drain(..taken).collect();
            // Somebody's empty note says nothing.
            notes.retain(|note| !note.text.trim().is_empty());
            let records = board::reveal(self.replica.board(), &notes, cx.now.0);
            let gone = batch.iter().map(|(person, id)| Secret::Note {
                person: *person,
                id: *id,
                body: None,
            });
            if anonymous {
                self.put_each_apart(cx, records, gone.collect())?;
            } else {
                self.put_apart(cx, records, gone.collect())?;
            }
            for at in batch {
                self.private.notes.remove(&at);
            }
        }
        Ok(())
    }

    /// Puts records onto the board of which none tells which others came from the same laptop: each
    /// has a client id of its own. The rows go with the last; what is there already when this is
    /// done again after a crash is left out by whoever made the records.
    pub(crate) fn put_each_apart(
        &mut self,
        cx: &mut Cx<'_>,
        records: Vec<Record>,
        gone: Vec<Secret>,
    ) -> Result<(), ExecuteError> {
        let mut gone = Some(gone);
        let mut left = records.len();
        for record in records {
            left -= 1;
            let gone = if left == 0 { gone.take() } else { None };
            self.put_apart(cx, vec![record], gone.unwrap_or_default())?;
        }
        match gone {
            Some(gone) => self.put_apart(cx, Vec::new(), gone),
            None => Ok(()),
        }
    }

    /// Puts records onto the board that do not tell who brings them, and takes rows off the store
    /// with them, both or neither.
    pub(crate) fn put_apart(
        &mut self,
        cx: &mut Cx<'_>,
        records: Vec<Record>,
        gone: Vec<Secret>,
    ) -> Result<(), ExecuteError> {
        if records.is_empty() {
            self.private.keep(cx, self.id, gone, None);
            return Ok(());
        }
        // The rules of the phase were kept when it was written.
        let actor = Actor {
            person: None,
            role: Role::Facilitate,
            now_ms: cx.now.0,
        };
        let client = cx.next_client();
        let applied = self.replica.insert_as(client, &actor, records)?;
        let mut change = Change::from(applied);
        change.gone = gone;
        self.took(cx, change, &Origin::Revealed, "");
        Ok(())
    }

    /// Tells the sessions of this laptop who is at it, and whose notes missed their reveal.
    pub(crate) fn tell_roster(&self, cx: &mut Cx<'_>, except: Option<SessionId>) {
        for (session, sub) in &self.subs {
            if sub.kind == SessionKind::Own && Some(*session) != except {
                let event = BoardEvent::Roster {
                    board: self.id,
                    people: self.private.roster.clone(),
                    late: self.private.told_late.clone(),
                };
                cx.event(*session, event);
            }
        }
    }
}

fn too_many() -> Fault {
    Fault {
        code: FaultCode::TooLarge,
        message: "this is as many notes as one person keeps here; reveal or remove some first"
            .to_owned(),
    }
}

//! What sessions ask of an open board.

use crate::input::{SessionId, SessionKind};
use crate::open_board::{Change, Cx, OpenBoard, Origin, undo_scope, undo_state};
use crate::output::Output;
use crate::protocol::{
    AuthoredEdit, BoardEvent, BoardReply, BoardRequest, ExportFormat, Fault, FaultCode, Suggestion,
};
use crate::session::Subscription;
use crate::text::{Standing, text_of};
use board::{
    Actor, Command, ExportOptions, Key, NoteId, PersonId, Rejection, Role, TextEdit, export,
};
use rand::Rng;
use replica::{ExecuteError, Undone};

/// Commands in one request. A paste or an import is one command; a selection of everything is too.
const MAX_COMMANDS: usize = 1_000;
/// Edits in one push: a minute of typing while offline from the engine.
const MAX_EDITS: usize = 1_000;

type Answer = Result<BoardReply, Fault>;

impl OpenBoard {
    /// A session opens the board, or wants a fresh snapshot of it.
    pub(crate) fn open_for(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        kind: SessionKind,
    ) -> BoardReply {
        // What others have not seen yet goes out before: their batches and this snapshot agree.
        self.flush(cx);
        let (who, peers) = (cx.rng.random(), self.peer_states(cx.now));
        let sub = self
            .subs
            .entry(session)
            .or_insert_with(|| Subscription::new(kind, who));
        sub.undo = undo_state(&self.replica, session, sub.person);
        self.room.tell_progress_anew();
        BoardReply::Opened {
            snapshot: self.replica.board().snapshot(),
            seq: sub.restart(),
            role: sub.role(self.role),
            read_only: self.replica.read_only().map(str::to_owned),
            peers,
            present: self.presence.others(sub.who),
            undo: sub.undo.clone(),
            roster: self.private.roster.clone(),
            late: self.private.told_late.clone(),
            timer: self.room.timer(cx.now),
        }
    }

    /// Carries out a request and answers it. The session's own batches come before the answer.
    pub(crate) fn request(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        kind: SessionKind,
        id: u32,
        request: BoardRequest,
    ) {
        let answer = match request {
            BoardRequest::Open { .. } => Ok(self.open_for(cx, session, kind)),
            _ if !self.subs.contains_key(&session) => Err(not_open()),
            BoardRequest::Close { .. } => {
                self.leave(session);
                Ok(BoardReply::Done)
            }
            BoardRequest::Execute {
                person, commands, ..
            } => self.execute(cx, session, person, &commands),
            BoardRequest::Undo { person, .. } => self.take_back(cx, session, person, false),
            BoardRequest::Redo { person, .. } => self.take_back(cx, session, person, true),
            BoardRequest::OpenText { key, .. } => self.open_text(session, key),
            BoardRequest::PushText {
                key,
                person,
                version,
                edits,
                ..
            } => self.push_text(cx, session, key, person, version, &edits),
            BoardRequest::CloseText { key, .. } => {
                self.texts.unfollow(key, session);
                Ok(BoardReply::Done)
            }
            BoardRequest::Present { presence, .. } => {
                self.present(cx, session, presence);
                Ok(BoardReply::Done)
            }
            BoardRequest::Export {
                format, options, ..
            } => Ok(self.export(format, &options)),
            BoardRequest::SetRoster { people, .. } => {
                if kind != SessionKind::Own {
                    Err(rejected(&Rejection::NotAllowed))
                } else {
                    self.set_roster(cx, people, Some((session, id)));
                    return;
                }
            }
            BoardRequest::PrivateNotes { person, .. } => self.private_notes(cx, session, person),
            BoardRequest::PutPrivate { person, note, .. } => {
                match self.put_private(cx, (session, id), person, note) {
                    Some(answer) => answer,
                    None => return,
                }
            }
            BoardRequest::DropPrivate { person, note, .. } => {
                match self.drop_private(cx, (session, id), person, note) {
                    Some(answer) => answer,
                    None => return,
                }
            }
            BoardRequest::PublishLate { person, .. } => self.publish_late(cx, session, person),
            BoardRequest::Ballot { person, .. } => self.ballot(cx, session, person),
            BoardRequest::PutDots { person, dots, .. } => {
                match self.put_dots(cx, (session, id), person, &dots) {
                    Some(answer) => answer,
                    None => return,
                }
            }
            BoardRequest::Ranking { .. } => Ok(BoardReply::Ranked {
                ranked: self.ranking(),
            }),
            BoardRequest::SayDone { person, done, .. } => self.say_done(cx, session, person, done),
            BoardRequest::SetTimer { change, .. } => self.set_timer(cx, session, &change),
            BoardRequest::Summon { view, .. } => self.summon(cx, session, view),
            BoardRequest::Suggest { notes, .. } => Ok(self.suggest(&notes)),
        };
        if let Err(fault) = &answer
            && fault.code == FaultCode::Unreadable
        {
            self.broken = true;
        }
        let change = match &answer {
            Ok(BoardReply::Accepted { change }) => Some(*change),
            Ok(BoardReply::Undone { change, .. } | BoardReply::Pushed { change, .. }) => *change,
            _ => None,
        };
        cx.out.push(Output::Answer {
            session,
            id,
            answer,
        });
        if let (Some(change), Some(sub)) = (change, self.subs.get_mut(&session)) {
            if self.log.is_safe() {
                // It came to nothing, and all before it is safe.
                cx.event(
                    session,
                    BoardEvent::Saved {
                        board: self.id,
                        change,
                    },
                );
            } else {
                sub.unsaved = Some(change);
            }
        }
    }

    fn actor(
        &mut self,
        cx: &Cx<'_>,
        session: SessionId,
        person: Option<PersonId>,
    ) -> Result<Actor, Fault> {
        let own = self.role;
        let sub = self.subs.get_mut(&session).ok_or_else(not_open)?;
        let role = sub.role(own);
        if role < Role::TakePart {
            return Err(rejected(&Rejection::NotAllowed));
        }
        sub.person = person;
        Ok(Actor {
            person,
            role,
            now_ms: cx.now.0,
        })
    }

    /// What a guest through the door does is theirs to do; the laptop's own sessions are not asked.
    fn guest_rules(
        &self,
        session: SessionId,
        person: Option<PersonId>,
        commands: &[Command],
    ) -> Result<(), Fault> {
        let guest = self
            .subs
            .get(&session)
            .is_some_and(|sub| matches!(sub.kind, SessionKind::Guest { .. }));
        let board = self.replica.board();
        let may = |command| board::guest_may(board, person, command);
        if guest && !commands.iter().all(may) {
            return Err(Fault {
                code: FaultCode::NotAllowed,
                message: "guests add notes and change their own; somebody at the board's laptop \
                          can do the rest"
                    .to_owned(),
            });
        }
        Ok(())
    }

    fn execute(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        person: Option<PersonId>,
        commands: &[Command],
    ) -> Answer {
        let actor = self.actor(cx, session, person)?;
        if commands.len() > MAX_COMMANDS {
            return Err(too_many());
        }
        self.guest_rules(session, person, commands)?;
        let applied = self
            .replica
            .execute(&undo_scope(session, person), &actor, commands)
            .map_err(|e| fault(&e))?;
        let change = self.accept(cx, session, person, applied.into());
        Ok(BoardReply::Accepted { change })
    }

    fn take_back(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        person: Option<PersonId>,
        redo: bool,
    ) -> Answer {
        self.actor(cx, session, person)?;
        let scope = undo_scope(session, person);
        let undone = if redo {
            self.replica.redo(&scope)
        } else {
            self.replica.undo(&scope)
        };
        let Undone { applied, kept } = undone.map_err(|error| fault(&error))?;
        let Some(applied) = applied else {
            self.flush(cx);
            return Ok(BoardReply::Undone {
                change: None,
                label: String::new(),
                kept,
            });
        };
        let label = applied.label.clone();
        let change = Some(self.accept(cx, session, person, applied.into()));
        Ok(BoardReply::Undone {
            change,
            label,
            kept,
        })
    }

    fn accept(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        person: Option<PersonId>,
        change: Change,
    ) -> u32 {
        if change.update.is_empty() {
            self.flush(cx);
            return self.log.newest_change();
        }
        let people = &self.replica.board().people;
        let by = person
            .and_then(|id| people.get(&id))
            .map(|p| p.name.clone())
            .unwrap_or_default();
        self.took(cx, change, &Origin::Session(session), &by)
    }

    fn open_text(&mut self, session: SessionId, key: Key) -> Answer {
        let text = text_of(self.replica.board(), key)
            .ok_or_else(|| rejected(&Rejection::Gone(key)))?
            .to_owned();
        Ok(BoardReply::Text {
            version: self.texts.follow(key, session),
            text,
        })
    }

    fn push_text(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        key: Key,
        person: Option<PersonId>,
        version: u32,
        edits: &[AuthoredEdit],
    ) -> Answer {
        let actor = self.actor(cx, session, person)?;
        if edits.len() > MAX_EDITS {
            return Err(too_many());
        }
        let rewrite = Command::SetText {
            key,
            text: String::new(),
        };
        self.guest_rules(session, person, &[rewrite])?;
        let not_taken = Ok(BoardReply::Pushed {
            taken: false,
            change: None,
        });
        match self.texts.standing(key, session, version) {
            Standing::Current => {}
            Standing::Behind(edits) => {
                cx.event(
                    session,
                    BoardEvent::Text {
                        board: self.id,
                        key,
                        version,
                        edits,
                    },
                );
                return not_taken;
            }
            Standing::Lost => {
                if let Some(text) = text_of(self.replica.board(), key).map(str::to_owned) {
                    let version = self.texts.version(key);
                    cx.event(
                        session,
                        BoardEvent::TextReset {
                            board: self.id,
                            key,
                            version,
                            text,
                        },
                    );
                }
                return not_taken;
            }
            Standing::Stranger if text_of(self.replica.board(), key).is_none() => {
                return Err(rejected(&Rejection::Gone(key)));
            }
            Standing::Stranger => {
                return Err(Fault {
                    code: FaultCode::Malformed,
                    message: "open the text before writing in it".to_owned(),
                });
            }
        }
        let plain: Vec<TextEdit> = edits.iter().map(|edit| edit.edit.clone()).collect();
        let applied = self
            .replica
            .push_text(&undo_scope(session, person), &actor, key, &plain)
            .map_err(|error| fault(&error))?;
        // The editors are told the very edits that were pushed: versions count those.
        self.tell_text(cx, key, edits);
        let mut change = Change::from(applied);
        change.texts.retain(|(other, _)| *other != key);
        self.written.insert(key);
        let change = Some(self.accept(cx, session, person, change));
        Ok(BoardReply::Pushed {
            taken: true,
            change,
        })
    }

    /// What may tell the same story: of these notes, or of all that are in no theme.
    fn suggest(&self, notes: &[NoteId]) -> BoardReply {
        let groups = board::similar(self.replica.board(), notes)
            .into_iter()
            .map(|group| Suggestion {
                notes: group.notes,
                words: group.words,
            })
            .collect();
        BoardReply::Suggested { groups }
    }

    fn export(&self, format: ExportFormat, options: &ExportOptions) -> BoardReply {
        let board = self.replica.board();
        let (text, extension) = match format {
            ExportFormat::Markdown => (export::markdown(board, options), "md"),
            ExportFormat::Json => (export::json(board), "json"),
        };
        BoardReply::Document {
            text,
            name: export::file_name(board, extension),
        }
    }
}

pub(crate) fn not_open() -> Fault {
    Fault {
        code: FaultCode::Malformed,
        message: "open the board first".to_owned(),
    }
}

fn too_many() -> Fault {
    Fault {
        code: FaultCode::TooLarge,
        message: "this is too much for one step; do it in parts".to_owned(),
    }
}

pub(crate) fn rejected(rejection: &Rejection) -> Fault {
    let code = match rejection {
        Rejection::NotAllowed
        | Rejection::FacilitatorOnly
        | Rejection::Private
        | Rejection::Locked(_)
        | Rejection::Voting => FaultCode::NotAllowed,
        Rejection::Gone(_) => FaultCode::Gone,
        Rejection::TooLong(_) => FaultCode::TooLarge,
        Rejection::Taken(_) | Rejection::Malformed(_) => FaultCode::Malformed,
    };
    Fault {
        code,
        message: rejection.to_string(),
    }
}

pub(crate) fn fault(error: &ExecuteError) -> Fault {
    match error {
        ExecuteError::Rejected(rejection) => rejected(rejection),
        ExecuteError::ReadOnly(_) => Fault {
            code: FaultCode::ReadOnly,
            message: error.to_string(),
        },
        ExecuteError::Unusable => Fault {
            code: FaultCode::Unreadable,
            message: error.to_string(),
        },
    }
}

//! Carries out what engines want: disks, sessions, and the machine going down.

use super::*;

impl World {
    pub(super) fn input(&mut self, id: LaptopId, input: Input) {
        let Some(engine) = self.laptops[id.0].engine.as_mut() else {
            return;
        };
        let outputs = engine.handle(Millis(self.now), input);
        for output in outputs {
            self.carry_out(id, output);
        }
    }

    pub(super) fn carry_out(&mut self, id: LaptopId, output: Output) {
        let run = self.laptops[id.0].run;
        match output {
            Output::Answer {
                session,
                id: request,
                answer,
            } => {
                let Some(ui) = self.ui(id, session) else {
                    return;
                };
                if ui.is_of_editor(request) {
                    self.tell_editor(id, session, Word::Answer(request, answer));
                } else {
                    self.tell(id, session, Word::Answer(request, answer));
                }
            }
            Output::Event { session, event } => match event {
                BoardEvent::Text { .. }
                | BoardEvent::TextReset { .. }
                | BoardEvent::TextGone { .. } => {
                    self.tell_editor(id, session, Word::Event(event));
                }
                _ => self.tell(id, session, Word::Event(event)),
            },
            what @ (Output::Load { .. }
            | Output::Append { .. }
            | Output::Keep { .. }
            | Output::Snapshot { .. }) => {
                let slow = if self.working && self.rng.random_bool(0.02) {
                    1_500
                } else {
                    12
                };
                let done = self.now + self.rng.random_range(1..=slow);
                let disk = &mut self.laptops[id.0].disk;
                disk.busy_until = disk.busy_until.max(done);
                let wait = disk.busy_until - self.now;
                self.after(
                    wait,
                    Event::Stored {
                        laptop: id,
                        run,
                        what,
                    },
                );
            }
            Output::SendFrame { peer, lane, bytes } => self.send(id, peer.0, lane, bytes),
            Output::ClosePeer { peer, end, reason } => {
                let lookers = self
                    .connections
                    .get(&peer.0)
                    .map(|connection| connection.other(id));
                let looks_on = lookers.is_some_and(|other| !self.laptops[other.0].is_member());
                let misfits = end == engine::PeerEnd::BrokeProtocol && self.has_twins;
                assert!(
                    end == engine::PeerEnd::NotAllowed && looks_on || misfits,
                    "laptop {} let a peer go: {reason} ({end:?})",
                    id.0
                );
                self.report.turned_away += u32::from(!misfits);
                self.break_off(peer.0);
            }
            Output::MarkMerging { mark, .. } => {
                let wait = self.rng.random_range(0..=4);
                self.after(
                    wait,
                    Event::Marked {
                        laptop: id,
                        run,
                        mark,
                    },
                );
            }
            Output::Quarantine { .. } if self.has_twins => {}
            Output::Quarantine { reason, .. } => {
                panic!("laptop {} set an update aside: {reason}", id.0)
            }
            Output::Created { result, .. } => result.expect("the board is made"),
            Output::Merged { result, .. } => {
                result.expect("the file is merged");
            }
            Output::WakeAt(at) => {
                let wait = (at.0 - self.now).max(0);
                self.after(wait, Event::Wake { laptop: id, run });
            }
            Output::ClearMerging { .. } | Output::Summary { .. } => {}
        }
    }

    pub(super) fn tell(&mut self, id: LaptopId, session: SessionId, word: Word) {
        let laptop = &mut self.laptops[id.0];
        let board = laptop
            .engine
            .as_ref()
            .and_then(|engine| engine.board(BOARD));
        let Some(ui) = laptop.sessions.iter_mut().find(|ui| ui.id == session) else {
            return;
        };
        if let Word::Event(BoardEvent::Notice { code, .. }) = &word {
            self.report.healed += u32::from(code == "replicasHealed");
        }
        let Safe { notes, marks } = match word {
            Word::Answer(request, answer) => {
                let stale = matches!(answer, Ok(BoardReply::Pushed { taken: false, .. }));
                self.report.stale_pushes += u32::from(stale);
                ui.answered(request, answer, board)
            }
            Word::Event(event) => ui.told(event),
        };
        if laptop.is_member() {
            self.safe_notes.extend(notes);
            self.safe_marks.extend(marks);
        }
    }

    /// Between engine and editors lies a moment in which others write.
    pub(super) fn tell_editor(&mut self, id: LaptopId, session: SessionId, word: Word) {
        let (now, delay) = (self.now, self.rng.random_range(0..60));
        let run = self.laptops[id.0].run;
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        ui.editors_hear = ui.editors_hear.max(now + delay);
        let wait = ui.editors_hear - now;
        self.after(
            wait,
            Event::Hear {
                laptop: id,
                run,
                session,
                word,
            },
        );
    }

    pub(super) fn stored(&mut self, id: LaptopId, what: Output) {
        let disk = &mut self.laptops[id.0].disk;
        match what {
            Output::Load { board } => {
                let (stored, secrets) = (Ok(disk.read()), disk.secrets());
                let role = self.laptops[id.0].believed;
                self.input(
                    id,
                    Input::Loaded {
                        board,
                        role,
                        stored,
                        secrets,
                    },
                );
            }
            Output::Append {
                board,
                entries,
                again,
            } => match disk.append(&entries, again) {
                Ok(seq) => {
                    let token = entries.last().unwrap().token;
                    self.input(id, Input::Appended { board, token, seq });
                }
                Err(message) => {
                    self.report.failed_writes += 1;
                    self.input(id, Input::AppendFailed { board, message });
                }
            },
            Output::Keep {
                board,
                token,
                secrets,
            } => {
                let result = disk.keep(&secrets);
                self.input(
                    id,
                    Input::Kept {
                        board,
                        token,
                        result,
                    },
                );
            }
            Output::Snapshot { upto, bytes, .. } => disk.snapshot(upto, bytes),
            _ => unreachable!("only the store's work is put off"),
        }
    }

    pub(super) fn start(&mut self, id: LaptopId) {
        let fresh = self.rng.next_u64();
        // A copied machine draws the numbers that another one draws.
        let seed = if self.has_twins && id.0 < 2 && self.laptops[id.0].run == 0 {
            *self.twins_seed.get_or_insert(fresh)
        } else {
            fresh
        };
        let sessions = self.rng.random_range(1..=2);
        let laptop = &mut self.laptops[id.0];
        laptop.run += 1;
        laptop.engine = Some(Engine::new(seed));
        laptop.disk.restarted();
        laptop.sessions.clear();
        let name = format!("laptop {}", id.0);
        self.input(id, Input::Me { name, tint: None });
        for _ in 0..sessions {
            self.open_session(id);
        }
        for road in 0..self.roads.len() {
            let (a, b) = self.roads[road].ends;
            if a == id || b == id {
                self.connect_after(road, 50);
            }
        }
    }

    pub(super) fn open_session(&mut self, id: LaptopId) {
        self.next_number += 1;
        let session = SessionId(self.next_number);
        let mut ui = Ui::new(session, None);
        ui.may_come_apart = self.has_twins;
        self.laptops[id.0].sessions.push(ui);
        self.input(
            id,
            Input::SessionOpened {
                session,
                kind: SessionKind::Own,
            },
        );
        self.ask(
            id,
            session,
            Asked::Open,
            BoardRequest::Open { board: BOARD },
        );
    }

    pub(super) fn crash(&mut self, id: LaptopId) {
        let laptop = &mut self.laptops[id.0];
        laptop.engine = None;
        laptop.sessions.clear();
        let on_it: Vec<ConnectionId> = self
            .connections
            .iter()
            .filter(|(_, connection)| connection.ends.0 == id || connection.ends.1 == id)
            .map(|(number, _)| *number)
            .collect();
        for connection in on_it {
            self.break_off(connection);
        }
    }
}

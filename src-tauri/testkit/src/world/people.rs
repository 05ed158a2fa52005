//! What people do, and what of it must be found again.

use super::*;

impl World {
    pub(super) fn act(&mut self, id: LaptopId) {
        if !self.working {
            // What was written is still pushed.
            for session in self.laptops[id.0]
                .sessions
                .iter()
                .map(|ui| ui.id)
                .collect::<Vec<_>>()
            {
                self.push(id, session);
            }
            self.after(150, Event::Act { laptop: id });
            return;
        }
        let wait = self.rng.random_range(20..400);
        self.after(wait, Event::Act { laptop: id });
        let sessions = &self.laptops[id.0].sessions;
        if self.laptops[id.0].engine.is_none() || sessions.is_empty() {
            return;
        }
        let at = self.rng.random_range(0..sessions.len());
        let session = sessions[at].id;
        if sessions[at].mirror.is_none() {
            return;
        }
        match self.rng.random_range(0..100) {
            0..45 => self.execute(id, session),
            45..53 => self.take_back(id, session),
            53..60 => self.open_text(id, session),
            60..78 => self.write(id, session),
            78..90 => self.push(id, session),
            90..97 => {
                let presence = Presence {
                    cursor: Some((7, 7)),
                    ..Presence::default()
                };
                self.ask(
                    id,
                    session,
                    Asked::Other,
                    BoardRequest::Present {
                        board: BOARD,
                        presence,
                    },
                );
            }
            _ if self.laptops[id.0].sessions.len() > 1 => {
                self.laptops[id.0].sessions.retain(|ui| ui.id != session);
                self.input(id, Input::SessionClosed { session });
            }
            _ => self.open_session(id),
        }
    }

    pub(super) fn ui(&mut self, id: LaptopId, session: SessionId) -> Option<&mut Ui> {
        self.laptops[id.0]
            .sessions
            .iter_mut()
            .find(|ui| ui.id == session)
    }

    pub(super) fn ask(
        &mut self,
        id: LaptopId,
        session: SessionId,
        asked: Asked,
        request: BoardRequest,
    ) {
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let number = ui.ask(asked);
        let before = self.laptops[id.0]
            .engine
            .as_ref()
            .and_then(|engine| engine.board(BOARD))
            .cloned();
        self.input(
            id,
            Input::Request {
                session,
                id: number,
                request,
            },
        );
        let after = self.laptops[id.0]
            .engine
            .as_ref()
            .and_then(|engine| engine.board(BOARD));
        let (Some(before), Some(after)) = (before, after) else {
            return;
        };
        if before == *after {
            return;
        }
        self.report.changes += 1;
        let gone = before
            .notes
            .keys()
            .filter(|note| !after.notes.contains_key(note));
        self.removed_notes.extend(gone);
        let gone = before
            .meta
            .summary
            .chars()
            .filter(|mark| !after.meta.summary.contains(*mark));
        self.removed_marks.extend(gone);
    }

    pub(super) fn execute(&mut self, id: LaptopId, session: SessionId) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.rng.next_u64());
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let mirror = ui.mirror.clone().unwrap();
        let person = mirror.people.keys().next().copied();
        ui.person = person;
        let mut next = || rng.next_u64();
        let mut commands: Vec<Command> = vec![command(&mut next, &mirror)];
        while next() % 4 == 0 {
            commands.push(command(&mut next, &mirror));
        }
        commands.retain(|command| !writes_summary(command));
        let notes: Vec<NoteId> = commands.iter().flat_map(new_notes).collect();
        if self.laptops[id.0].is_intruder() {
            let fresh = notes.iter().filter(|note| !mirror.notes.contains_key(note));
            self.intruders_notes.extend(fresh);
        }
        let request = BoardRequest::Execute {
            board: BOARD,
            person,
            commands,
        };
        self.ask(id, session, Asked::Change(notes), request);
    }

    pub(super) fn take_back(&mut self, id: LaptopId, session: SessionId) {
        let redo = self.rng.random_bool(0.4);
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let (board, person) = (BOARD, ui.person);
        let request = if redo {
            BoardRequest::Redo { board, person }
        } else {
            BoardRequest::Undo { board, person }
        };
        self.ask(id, session, Asked::Change(Vec::new()), request);
    }

    pub(super) fn open_text(&mut self, id: LaptopId, session: SessionId) {
        let pick = self.rng.random_range(0..1_000usize);
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let notes: Vec<NoteId> = ui.mirror.as_ref().unwrap().notes.keys().copied().collect();
        let key = match notes.get(pick % notes.len().max(1)) {
            Some(note) if pick % 2 == 0 => Key::Note(*note),
            _ => Key::Meta,
        };
        let asked = ui
            .asked
            .values()
            .any(|asked| matches!(asked, Asked::OpenText(_)));
        if !asked && !ui.editors.contains_key(&key) {
            let request = BoardRequest::OpenText { board: BOARD, key };
            self.ask(id, session, Asked::OpenText(key), request);
        }
    }

    /// Types a mark, and sometimes deletes a character of a note.
    pub(super) fn write(&mut self, id: LaptopId, session: SessionId) {
        let (pick, at, delete) = (
            self.rng.random::<u32>(),
            self.rng.random::<u32>(),
            self.rng.random_bool(0.3),
        );
        self.next_mark += 1;
        // Han characters: one UTF-16 unit each, and no command writes them.
        let mark = char::from_u32(0x4e00 + self.next_mark).unwrap();
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let keys: Vec<Key> = ui.editors.keys().copied().collect();
        let Some(key) = keys.get(pick as usize % keys.len().max(1)) else {
            return;
        };
        let editor = ui.editors.get_mut(key).unwrap();
        let text = editor.text();
        let places: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let place = at as usize % places.len();
        let from = units(&text[..places[place]]);
        let to = match places.get(place + 1) {
            Some(next) if delete && *key != Key::Meta => units(&text[..*next]),
            _ => from,
        };
        editor.write(TextEdit(vec![Splice {
            from,
            to,
            insert: mark.to_string(),
        }]));
    }

    pub(super) fn push(&mut self, id: LaptopId, session: SessionId) {
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let (person, mut found) = (ui.person, None);
        for (key, editor) in &mut ui.editors {
            if let Some(edits) = editor.pushable() {
                editor.in_flight = true;
                found = Some((*key, editor.version(), edits));
                break;
            }
        }
        let Some((key, version, edits)) = found else {
            return;
        };
        let written = edits
            .iter()
            .flat_map(|edit| &edit.edit.0)
            .flat_map(|splice| splice.insert.chars());
        let marks = if key == Key::Meta {
            written.collect()
        } else {
            BTreeSet::new()
        };
        let request = BoardRequest::PushText {
            board: BOARD,
            key,
            person,
            version,
            edits,
        };
        self.ask(id, session, Asked::Push(key, marks), request);
    }
}

fn units(text: &str) -> u32 {
    u32::try_from(board::utf16_len(text)).unwrap()
}

/// The summary is written by editors only, so that every mark in it is accounted for.
fn writes_summary(command: &Command) -> bool {
    matches!(
        command,
        Command::EditText { key: Key::Meta, .. } | Command::SetText { key: Key::Meta, .. }
    ) || matches!(command, Command::Insert { records } if records.iter().any(|r| r.key() == Key::Meta))
}

fn new_notes(command: &Command) -> Vec<NoteId> {
    match command {
        Command::AddNotes { notes } => notes.iter().map(|note| note.id).collect(),
        Command::Insert { records } => records
            .iter()
            .filter_map(|r| {
                if let Record::Note(note) = r {
                    Some(note.id)
                } else {
                    None
                }
            })
            .collect(),
        _ => Vec::new(),
    }
}

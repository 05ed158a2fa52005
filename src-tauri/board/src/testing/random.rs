//! Commands at random.

use super::Bits;
use crate::{
    Board, Command, ConnectorChange, ConnectorId, Dot, DotId, End, FollowUpChange, FollowUpId,
    FollowUpKind, FollowUpStatus, Key, Layout, MAX_COORD, MetaChange, Move, NewNote, NoteChange,
    NoteId, NoteKind, Order, Parent, Person, PersonChange, PersonId, Phase, PhaseKind, Place,
    Reach, Record, SectionChange, SectionId, Size, Splice, Stroke, StrokeId, TextEdit, Theme,
    ThemeId, Tint, VoteOn, Writing,
};

pub(super) struct Random<'a> {
    pub(super) next: Bits<'a>,
    pub(super) board: &'a Board,
}

impl Random<'_> {
    fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n.max(1)).unwrap_or(1);
        usize::try_from((self.next)() % n).unwrap_or(0)
    }
    /// True once in `n`.
    fn rarely(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let at = self.below(from.len());
        from.get(at).cloned()
    }
    fn of<T: Copy>(&mut self, from: &[T], or: T) -> T {
        self.pick(from).unwrap_or(or)
    }
    fn id_bits(&mut self) -> u128 {
        (u128::from((self.next)()) << 64) | u128::from((self.next)())
    }
    fn coord(&mut self) -> i32 {
        if self.rarely(60) {
            return self.of(
                &[i32::MIN, i32::MAX, MAX_COORD, -MAX_COORD, MAX_COORD + 1],
                0,
            );
        }
        i32::try_from(self.below(4_000)).unwrap_or(0) - 1_000
    }
    fn size(&mut self) -> Size {
        if self.rarely(40) {
            return Size {
                w: self.coord(),
                h: self.coord(),
            };
        }
        let side = |n: usize| i32::try_from(n).unwrap_or(0) + 40;
        Size {
            w: side(self.below(800)),
            h: side(self.below(800)),
        }
    }
    fn words(&mut self) -> String {
        const WORDS: &[&str] = &[
            "",
            "slot",
            "rehearsal ",
            "👋🏽",
            "\r\n",
            "\t",
            "\0",
            "fällig ",
            "| a | b |",
            "日本 ",
            "\u{202e}",
            "and then it worked ",
            "\n\n",
            "é",
            "\r",
        ];
        if self.rarely(200) {
            return "long ".repeat(self.below(6_000));
        }
        (0..self.below(6))
            .filter_map(|_| self.pick(WORDS))
            .collect()
    }
    fn key(&mut self) -> Key {
        if self.rarely(30) {
            let id = NoteId::from_bits(self.id_bits());
            return self.of(&[Key::Meta, id.into()], Key::Meta);
        }
        let board = self.board;
        let kinds: [Vec<Key>; 7] = [
            board.notes.keys().map(|id| (*id).into()).collect(),
            board.themes.keys().map(|id| (*id).into()).collect(),
            board.sections.keys().map(|id| (*id).into()).collect(),
            board.followups.keys().map(|id| (*id).into()).collect(),
            board.strokes.keys().map(|id| (*id).into()).collect(),
            board.connectors.keys().map(|id| (*id).into()).collect(),
            board.people.keys().map(|id| (*id).into()).collect(),
        ];
        let kind = self.of(&[0, 0, 0, 1, 1, 2, 3, 4, 5, 6], 0);
        let keys = kinds.get(kind).cloned().unwrap_or_default();
        self.pick(&keys).unwrap_or(Key::Meta)
    }
    fn keys(&mut self) -> Vec<Key> {
        (0..=self.below(4)).map(|_| self.key()).collect()
    }
    fn note(&mut self) -> NoteId {
        let ids: Vec<NoteId> = self.board.notes.keys().copied().collect();
        self.pick(&ids).unwrap_or(NoteId::from_bits(0))
    }
    fn notes(&mut self) -> Vec<NoteId> {
        (0..=self.below(4)).map(|_| self.note()).collect()
    }
    fn theme(&mut self) -> ThemeId {
        let ids: Vec<ThemeId> = self.board.themes.keys().copied().collect();
        self.pick(&ids).unwrap_or(ThemeId::from_bits(0))
    }
    fn section(&mut self) -> SectionId {
        let ids: Vec<SectionId> = self.board.sections.keys().copied().collect();
        self.pick(&ids).unwrap_or(SectionId::from_bits(0))
    }
    fn followup(&mut self) -> FollowUpId {
        let ids: Vec<FollowUpId> = self.board.followups.keys().copied().collect();
        self.pick(&ids).unwrap_or(FollowUpId::from_bits(0))
    }
    fn connector(&mut self) -> ConnectorId {
        let ids: Vec<ConnectorId> = self.board.connectors.keys().copied().collect();
        self.pick(&ids).unwrap_or(ConnectorId::from_bits(0))
    }
    fn person(&mut self) -> PersonId {
        let ids: Vec<PersonId> = self.board.people.keys().copied().collect();
        self.pick(&ids).unwrap_or(PersonId::from_bits(0))
    }
    fn parent(&mut self) -> Parent {
        match self.below(4) {
            0 => Parent::Board,
            1 if !self.board.themes.is_empty() => Parent::Theme(self.theme()),
            _ if self.board.sections.is_empty() => Parent::Board,
            _ => Parent::Section(self.section()),
        }
    }
    fn end(&mut self) -> End {
        if self.rarely(3) {
            End::At(self.coord(), self.coord())
        } else {
            End::On(self.key())
        }
    }
    fn text_of(&self, key: Key) -> &str {
        match key {
            Key::Meta => &self.board.meta.summary,
            Key::Note(id) => self.board.notes.get(&id).map_or("", |note| &note.text),
            Key::FollowUp(id) => self.board.followups.get(&id).map_or("", |card| &card.text),
            _ => "",
        }
    }
    fn splices(&mut self, key: Key) -> Vec<Splice> {
        if self.rarely(10) {
            let (from, to) = (self.below(30), self.below(30));
            let unit = |n: usize| u32::try_from(n).unwrap_or(0);
            return vec![Splice {
                from: unit(from),
                to: unit(to),
                insert: self.words(),
            }];
        }
        let old = self.text_of(key).to_owned();
        let at = self.below(old.chars().count() + 1);
        let skip = self.below(4);
        let insert = self.words();
        let mut new: String = old.chars().take(at).collect();
        new.push_str(&insert);
        new.extend(old.chars().skip(at + skip));
        TextEdit::diff(&old, &new).0
    }
    fn day(&mut self) -> String {
        self.of(&["", "2018-03-22", "2018-02-30", "soon", "2024-02-29"], "")
            .to_owned()
    }
    fn label(&mut self) -> String {
        self.of(
            &[
                "",
                "8 Jan",
                "14:55",
                "the Friday before",
                "2018-02-20 14:17 CET",
            ],
            "",
        )
        .to_owned()
    }
    fn kind(&mut self) -> NoteKind {
        self.of(NoteKind::ALL, NoteKind::Plain)
    }
    fn new_note(&mut self) -> NewNote {
        let id = if self.rarely(50) {
            self.note()
        } else {
            NoteId::from_bits(self.id_bits())
        };
        NewNote {
            id,
            text: self.words(),
            kind: if self.rarely(2) {
                Some(self.kind())
            } else {
                None
            },
            parent: self.parent(),
            x: self.coord(),
            y: self.coord(),
            after: if self.rarely(2) {
                Some(self.key())
            } else {
                None
            },
            size: if self.rarely(5) {
                Some(self.size())
            } else {
                None
            },
            anonymous: self.rarely(3),
            when: if self.rarely(3) {
                Some(self.label())
            } else {
                None
            },
        }
    }
    fn stroke(&mut self) -> Stroke {
        let n = self.below(8) * 3 + usize::from(self.rarely(20));
        let point = |n: usize| i32::try_from(n).unwrap_or(0);
        Stroke {
            id: StrokeId::from_bits(self.id_bits()),
            place: Place {
                parent: self.parent(),
                x: self.coord(),
                y: self.coord(),
                order: Order::default(),
            },
            points: (0..n).map(|_| point(self.below(256))).collect(),
            width: point(self.below(20)),
            tint: self.of(Tint::ALL, Tint::T1),
        }
    }
    fn phases(&mut self) -> Vec<Phase> {
        (0..self.below(5))
            .map(|i| Phase {
                id: if self.rarely(20) {
                    "same".to_owned()
                } else {
                    format!("phase-{i}")
                },
                kind: self.of(PhaseKind::ALL, PhaseKind::Open),
                title: self.words(),
                question: self.words(),
                purpose: String::new(),
                prompts: vec![self.words()],
                tips: vec![],
                swap: None,
                minutes: u32::try_from(self.below(120)).unwrap_or(0),
                skipped: self.rarely(4),
                writing: self.of(Writing::ALL, Writing::Open),
            })
            .collect()
    }
    pub(super) fn command(&mut self) -> Command {
        // Boards grow more than they shrink, and notes are what they have most of.
        const ADDS: usize = 12;
        let board = self.board;
        match if board.notes.len() < 8 {
            self.below(ADDS + 4)
        } else {
            self.below(47)
        } {
            0..=5 => {
                let notes = (0..=self.below(3)).map(|_| self.new_note()).collect();
                Command::AddNotes { notes }
            }
            6 => Command::AddSection {
                id: SectionId::from_bits(self.id_bits()),
                title: self.words(),
                kind: self.kind(),
                layout: self.of(Layout::ALL, Layout::Free),
                x: self.coord(),
                y: self.coord(),
                size: self.size(),
            },
            7 => Command::AddConnector {
                id: ConnectorId::from_bits(self.id_bits()),
                from: self.end(),
                to: self.end(),
                label: self.words(),
            },
            8 => Command::AddStroke {
                stroke: self.stroke(),
            },
            9 => Command::AddFollowUp {
                id: FollowUpId::from_bits(self.id_bits()),
                text: self.words(),
                kind: self.of(FollowUpKind::ALL, FollowUpKind::Spread),
                from: if self.rarely(2) {
                    Some(self.key())
                } else {
                    None
                },
                parent: self.parent(),
                x: self.coord(),
                y: self.coord(),
            },
            10 => Command::AddPerson {
                id: PersonId::from_bits(self.id_bits()),
                name: self.words(),
                tint: None,
            },
            11 => Command::Insert {
                records: self.records(),
            },
            12 | 13 => Command::Group {
                id: ThemeId::from_bits(self.id_bits()),
                notes: self.notes(),
                name: self.words(),
            },
            14..=18 => Command::Move {
                moves: (0..=self.below(3))
                    .map(|_| Move {
                        key: self.key(),
                        parent: self.parent(),
                        x: self.coord(),
                        y: self.coord(),
                        after: if self.rarely(2) {
                            Some(self.key())
                        } else {
                            None
                        },
                        first: self.rarely(6),
                    })
                    .collect(),
            },
            19 | 20 => Command::Remove { keys: self.keys() },
            21..=23 => {
                let key = self.key();
                Command::EditText {
                    key,
                    edit: self.splices(key),
                }
            }
            24 => Command::SetText {
                key: self.key(),
                text: self.words(),
            },
            25 => Command::SetNotes {
                ids: self.notes(),
                set: vec![
                    NoteChange::Kind(self.kind()),
                    NoteChange::When(self.label()),
                    NoteChange::Source(self.words()),
                    NoteChange::Parked(self.rarely(2)),
                ],
            },
            26 => Command::SetNotes {
                ids: self.notes(),
                set: vec![NoteChange::Anonymous],
            },
            27 => Command::Resize {
                key: self.key(),
                x: self.coord(),
                y: self.coord(),
                size: if self.rarely(3) {
                    None
                } else {
                    Some(self.size())
                },
            },
            28 => Command::MakeRoom {
                id: self.section(),
                h: self.coord(),
            },
            29 => Command::Restack {
                keys: self.keys(),
                front: self.rarely(2),
            },
            30 => Command::NameTheme {
                id: self.theme(),
                name: self.words(),
            },
            31 => Command::CollapseTheme {
                id: self.theme(),
                collapsed: self.rarely(2),
            },
            32 => Command::MergeThemes {
                into: self.theme(),
                from: (0..=self.below(2)).map(|_| self.theme()).collect(),
            },
            33 => Command::SetConnector {
                id: self.connector(),
                set: vec![
                    ConnectorChange::Label(self.words()),
                    ConnectorChange::From(self.end()),
                    ConnectorChange::To(self.end()),
                ],
            },
            34 => Command::SetFollowUp {
                id: self.followup(),
                set: vec![
                    FollowUpChange::Owner(self.words()),
                    FollowUpChange::Due(self.day()),
                    FollowUpChange::Kind(self.of(FollowUpKind::ALL, FollowUpKind::Spread)),
                    FollowUpChange::Reach(Reach::Teams(vec![self.words(), self.words()])),
                    FollowUpChange::Status(self.of(FollowUpStatus::ALL, FollowUpStatus::Open)),
                    FollowUpChange::Outcome(self.words()),
                ],
            },
            35 => Command::SetSection {
                id: self.section(),
                set: vec![
                    SectionChange::Title(self.words()),
                    SectionChange::Prompt(self.words()),
                    SectionChange::Kind(self.kind()),
                    SectionChange::Layout(self.of(Layout::ALL, Layout::Free)),
                    SectionChange::Collapsed(self.rarely(4)),
                ],
            },
            36 => Command::SetPerson {
                id: self.person(),
                set: vec![
                    PersonChange::Name(self.words()),
                    PersonChange::Tint(self.of(Tint::ALL, Tint::T1)),
                    PersonChange::Facilitator(self.rarely(2)),
                ],
            },
            37 => Command::SetPhases {
                phases: self.phases(),
            },
            38 => Command::GoToPhase {
                phase: self.of(&["phase-0", "phase-1", "nowhere"], "").to_owned(),
            },
            39 => Command::Reveal {
                phase: self.of(&["phase-0", "phase-1", "nowhere"], "").to_owned(),
            },
            40 => Command::Conceal {
                phase: self.of(&["phase-0", "phase-1", "nowhere"], "").to_owned(),
            },
            41 => {
                let budget = u32::try_from(self.below(7)).unwrap_or(0);
                Command::StartVote {
                    id: self.of(&["vote-1", "vote-2", ""], "").to_owned(),
                    budget,
                    cap: budget.min(2),
                    on: self.of(VoteOn::ALL, VoteOn::Themes),
                }
            }
            42 => Command::ShowVotes,
            43 => Command::CancelVote,
            44 => Command::Discuss {
                on: self.rarely(3).then(|| Key::Theme(self.theme())),
            },
            45 => Command::Lock {
                keys: self.keys(),
                locked: self.rarely(3),
            },
            _ => Command::SetMeta {
                set: vec![
                    MetaChange::Title(self.words()),
                    MetaChange::Team(self.words()),
                    MetaChange::HeldOn(self.day()),
                    MetaChange::Promised(self.label()),
                ],
            },
        }
    }
    /// Records as pasted: some copied from the board under fresh ids, some new.
    fn records(&mut self) -> Vec<Record> {
        let theme = ThemeId::from_bits(self.id_bits());
        let mut records = vec![
            Record::Theme(Theme {
                id: theme,
                name: self.words(),
                place: Place {
                    parent: self.parent(),
                    x: 0,
                    y: 0,
                    order: Order::default(),
                },
                collapsed: false,
                locked: false,
            }),
            Record::Person(Person {
                id: PersonId::from_bits(self.id_bits()),
                name: self.words(),
                tint: Tint::T2,
                facilitator: self.rarely(4),
            }),
            Record::Dot(Dot {
                id: DotId::from_bits(self.id_bits()),
                vote: self.of(&["vote-1", "vote-2"], "").to_owned(),
                on: Key::Theme(theme),
            }),
        ];
        for id in self.notes() {
            if let Some(mut note) = self.board.notes.get(&id).cloned() {
                note.id = NoteId::from_bits(self.id_bits());
                if self.rarely(2) {
                    note.place.parent = Parent::Theme(theme);
                }
                if self.rarely(4) {
                    note.place.order = Order(self.words());
                }
                records.push(Record::Note(note));
            }
        }
        records
    }
}

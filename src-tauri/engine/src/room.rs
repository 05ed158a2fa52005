//! The room: who is at this laptop, who is still writing, the timer, and looking at one spot
//! together. All of it passes; only the roster is kept, on this laptop.

use crate::input::{Lane, Millis, PeerId, SessionId, SessionKind};
use crate::open_board::{Cx, OpenBoard};
use crate::output::Output;
use crate::private::MOST_PEOPLE;
use crate::protocol::{BoardEvent, BoardReply, Fault, Progress, Timer, TimerChange};
use crate::requests::rejected;
use crate::wire::{RoomItem, Working};
use board::{PersonId, Rejection, Role};
use rand::Rng;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The longest a timer can be set to: a day.
const LONGEST_MS: i64 = 24 * 60 * 60 * 1_000;
/// How many laptops' progress is remembered; as many as there are presences.
const MOST_LAPTOPS: usize = 256;
/// What goes on is told again this often: frames of the presence lane may get lost.
const AGAIN_MS: i64 = 5_000;
/// So many calls to look somewhere are known again when they come another way.
const KNOWN_CALLS: usize = 32;

/// What passes on a board.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// Who has said that they are done, in the stage it was said in.
    done: BTreeSet<PersonId>,
    stage: String,
    /// What other laptops told: who is at them, and who is done.
    heard: BTreeMap<u64, (PeerId, Working)>,
    /// What was told last to peers and to sessions.
    told: Option<Working>,
    told_progress: Option<Progress>,
    timer: Option<Running>,
    /// Counts up with each change of the timer by anybody; the largest counts.
    timer_stamp: u64,
    calls: VecDeque<u64>,
    /// When what goes on is told again.
    again: Option<Millis>,
}

/// The timer, by this laptop's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Running {
    total_ms: i64,
    /// What was left at `at`.
    left_ms: i64,
    at: Millis,
    running: bool,
}

impl Running {
    fn left(&self, now: Millis) -> i64 {
        if self.running {
            self.left_ms.saturating_sub(now.since(self.at))
        } else {
            self.left_ms
        }
    }

    fn told(&self, now: Millis) -> Timer {
        Timer {
            total_ms: self.total_ms,
            left_ms: self.left(now),
            running: self.running,
        }
    }
}

impl Room {
    /// A session opened the board: it is told who is still writing, after the answer.
    pub(crate) fn tell_progress_anew(&mut self) {
        self.told_progress = None;
    }

    /// A timer runs: the board stays in memory for it.
    pub(crate) fn is_timed(&self) -> bool {
        self.timer.as_ref().is_some_and(|timer| timer.running)
    }

    /// The timer now.
    pub(crate) fn timer(&self, now: Millis) -> Option<Timer> {
        self.timer.as_ref().map(|timer| timer.told(now))
    }

    /// When something is to be told again.
    pub(crate) fn due(&self) -> Option<Millis> {
        self.again
    }

    /// A peer left, and what it told with it.
    pub(crate) fn peer_left(&mut self, peer: PeerId) {
        self.heard.retain(|_, (from, _)| *from != peer);
    }
}

impl OpenBoard {
    /// Who is at this laptop.
    pub(crate) fn set_roster(
        &mut self,
        cx: &mut Cx<'_>,
        mut people: Vec<PersonId>,
        asked: Option<(SessionId, u32)>,
    ) {
        let mut seen = BTreeSet::new();
        people.retain(|person| seen.insert(*person));
        people.truncate(MOST_PEOPLE);
        self.private.roster = people;
        let row = self.private.roster_row();
        let answer = asked.map(|(session, id)| (session, id, BoardReply::Done));
        self.private.keep(cx, self.id, vec![row], answer);
        self.tell_roster(cx, asked.map(|(session, _)| session));
    }

    /// Somebody at this laptop is done, or not yet after all.
    pub(crate) fn say_done(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        person: PersonId,
        done: bool,
    ) -> Result<BoardReply, Fault> {
        self.at_this_laptop(cx, session, person)?;
        self.enter_stage();
        if done {
            self.room.done.insert(person);
        } else {
            self.room.done.remove(&person);
        }
        Ok(BoardReply::Done)
    }

    /// What people do each for themselves now: a phase of private writing, or a vote. Empty where
    /// they do not.
    fn stage(&self) -> String {
        let meta = &self.replica.board().meta;
        match (meta.private_phase(), meta.open_vote()) {
            (_, Some(vote)) => format!("vote {}", vote.id),
            (Some(phase), None) => format!("phase {phase}"),
            (None, None) => String::new(),
        }
    }

    fn enter_stage(&mut self) {
        let stage = self.stage();
        if stage != self.room.stage {
            self.room.stage = stage;
            self.room.done.clear();
        }
    }

    /// Tells facilitators who is still writing, where that changed: peers who facilitate, and the
    /// sessions here if this laptop does. Nobody else is told.
    pub(crate) fn tell_progress(&mut self, cx: &mut Cx<'_>) {
        self.enter_stage();
        let mine = Working {
            stage: self.room.stage.clone(),
            people: self
                .private
                .roster
                .iter()
                .map(|person| (*person, self.room.done.contains(person)))
                .collect(),
        };
        let news = self.room.told.as_ref() != Some(&mine);
        if news && (self.room.told.is_some() || !mine.people.is_empty()) {
            self.room.told = Some(mine.clone());
            let facilitators = self
                .peers
                .iter()
                .filter(|(_, peer)| peer.greeted && peer.role == Role::Facilitate);
            for peer in facilitators.map(|(id, _)| *id).collect::<Vec<_>>() {
                self.send_room(cx, peer, &self.working(&mine));
            }
        }
        if self.role < Role::Facilitate {
            return;
        }
        let all = std::iter::once(&mine).chain(self.room.heard.values().map(|(_, w)| w));
        let waiting: BTreeSet<PersonId> = all
            .filter(|working| !mine.stage.is_empty() && working.stage == mine.stage)
            .flat_map(|working| &working.people)
            .filter(|(person, done)| !done && self.replica.board().people.contains_key(person))
            .map(|(person, _)| *person)
            .collect();
        let progress = Progress {
            all: waiting.is_empty() && !mine.stage.is_empty(),
            waiting: waiting.into_iter().collect(),
        };
        if self.room.told_progress.as_ref() != Some(&progress) {
            self.room.told_progress = Some(progress.clone());
            for (session, sub) in &self.subs {
                if sub.kind == SessionKind::Own {
                    let progress = progress.clone();
                    let board = self.id;
                    cx.event(*session, BoardEvent::Progress { board, progress });
                }
            }
        }
    }

    fn working(&self, mine: &Working) -> RoomItem {
        RoomItem::Working {
            laptop: self.instance,
            working: mine.clone(),
        }
    }

    /// Changes the timer, for everybody.
    pub(crate) fn set_timer(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        change: &TimerChange,
    ) -> Result<BoardReply, Fault> {
        self.facilitates(session)?;
        let now = cx.now;
        let within = |ms: i64| ms.clamp(-LONGEST_MS, LONGEST_MS);
        let timer = self.room.timer.clone();
        self.room.timer = match (change, timer) {
            (TimerChange::Start { ms }, _) => Some(Running {
                total_ms: (*ms).clamp(0, LONGEST_MS),
                left_ms: (*ms).clamp(0, LONGEST_MS),
                at: now,
                running: true,
            }),
            (TimerChange::Stop, _) | (_, None) => None,
            (TimerChange::Pause, Some(timer)) => Some(Running {
                left_ms: timer.left(now),
                at: now,
                running: false,
                ..timer
            }),
            (TimerChange::Resume, Some(timer)) => Some(Running {
                left_ms: timer.left(now),
                at: now,
                running: true,
                ..timer
            }),
            // "A minute more" means from now, however long it has been over.
            (TimerChange::Extend { ms }, Some(timer)) => Some(Running {
                total_ms: within(timer.total_ms.saturating_add(within(*ms))).max(0),
                left_ms: within(timer.left(now).max(0).saturating_add(within(*ms))).max(0),
                at: now,
                ..timer
            }),
        };
        // Two who press at once: the low bits, drawn at random, decide the same everywhere.
        let next = (self.room.timer_stamp >> 16).saturating_add(1) << 16;
        self.room.timer_stamp = next | u64::from(cx.rng.random::<u16>());
        self.tell_timer(cx, None);
        Ok(BoardReply::Done)
    }

    fn tell_timer(&self, cx: &mut Cx<'_>, from: Option<PeerId>) {
        let timer = self.room.timer(cx.now);
        for session in self.subs.keys() {
            let (board, timer) = (self.id, timer.clone());
            cx.event(*session, BoardEvent::Timer { board, timer });
        }
        self.tell_peers(cx, from, &self.timer_item(cx.now));
    }

    fn timer_item(&self, now: Millis) -> RoomItem {
        RoomItem::Timer {
            stamp: self.room.timer_stamp,
            timer: self.room.timer(now),
        }
    }

    /// Asks everybody to look at a part of the board.
    pub(crate) fn summon(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        view: (i32, i32, i32, i32),
    ) -> Result<BoardReply, Fault> {
        self.facilitates(session)?;
        let by = self
            .subs
            .get(&session)
            .and_then(|sub| sub.person)
            .and_then(|person| self.replica.board().people.get(&person))
            .map_or_else(|| cx.me.name.clone(), |person| person.name.clone());
        let call = cx.rng.random();
        self.call(cx, Some(session), None, (call, view, by));
        Ok(BoardReply::Done)
    }

    fn call(
        &mut self,
        cx: &mut Cx<'_>,
        session: Option<SessionId>,
        from: Option<PeerId>,
        (call, view, by): (u64, (i32, i32, i32, i32), String),
    ) {
        if self.room.calls.contains(&call) {
            return;
        }
        self.room.calls.push_back(call);
        if self.room.calls.len() > KNOWN_CALLS {
            self.room.calls.pop_front();
        }
        for other in self.subs.keys().filter(|other| Some(**other) != session) {
            let (board, by) = (self.id, by.clone());
            cx.event(*other, BoardEvent::Summoned { board, view, by });
        }
        self.tell_peers(cx, from, &RoomItem::Call { call, view, by });
    }

    fn facilitates(&self, session: SessionId) -> Result<(), Fault> {
        let role = self.subs.get(&session).map(|sub| sub.role(self.role));
        if role == Some(Role::Facilitate) {
            Ok(())
        } else {
            Err(rejected(&Rejection::FacilitatorOnly))
        }
    }

    fn tell_peers(&self, cx: &mut Cx<'_>, from: Option<PeerId>, item: &RoomItem) {
        // Nobody takes it from one who looks on.
        if self.role < Role::TakePart {
            return;
        }
        for (id, peer) in &self.peers {
            if peer.greeted && Some(*id) != from {
                self.send_room(cx, *id, item);
            }
        }
    }

    fn send_room(&self, cx: &mut Cx<'_>, peer: PeerId, item: &RoomItem) {
        cx.out.push(Output::SendFrame {
            peer,
            lane: Lane::Presence,
            bytes: item.encode().into(),
        });
    }

    /// Tells all peers again what goes on, every few seconds while something does.
    pub(crate) fn tell_room_again(&mut self, cx: &mut Cx<'_>) {
        if self.room.timer_stamp == 0 && self.room.stage.is_empty() || self.peers.is_empty() {
            self.room.again = None;
            return;
        }
        let at = *self.room.again.get_or_insert(cx.now.plus(AGAIN_MS));
        if at <= cx.now {
            self.room.again = Some(cx.now.plus(AGAIN_MS));
            let greeted = self.peers.iter().filter(|(_, peer)| peer.greeted);
            for id in greeted.map(|(id, _)| *id).collect::<Vec<_>>() {
                self.show_round(cx, id);
            }
        }
    }

    /// Tells a new peer what is going on.
    pub(crate) fn show_round(&self, cx: &mut Cx<'_>, id: PeerId) {
        if self.role < Role::TakePart {
            return;
        }
        if self.room.timer_stamp > 0 {
            self.send_room(cx, id, &self.timer_item(cx.now));
        }
        let facilitates = self
            .peers
            .get(&id)
            .is_some_and(|p| p.role == Role::Facilitate);
        if facilitates && let Some(told) = &self.room.told {
            self.send_room(cx, id, &self.working(told));
        }
    }

    /// A peer tells what is going on. Of one who looks on nothing is believed.
    pub(crate) fn hear_room(&mut self, cx: &mut Cx<'_>, id: PeerId, item: RoomItem) {
        let role = self.peers.get(&id).map(|peer| peer.role);
        if role.is_none_or(|role| role < Role::TakePart) {
            return;
        }
        match item {
            RoomItem::Working { laptop, working } => {
                let known = self.room.heard.contains_key(&laptop);
                if known || self.room.heard.len() < MOST_LAPTOPS {
                    self.room.heard.insert(laptop, (id, working));
                }
            }
            RoomItem::Timer { stamp, timer } if stamp > self.room.timer_stamp => {
                self.room.timer_stamp = stamp;
                self.room.timer = timer.map(|timer| Running {
                    total_ms: timer.total_ms.clamp(0, LONGEST_MS),
                    left_ms: timer.left_ms.clamp(-LONGEST_MS, LONGEST_MS),
                    at: cx.now,
                    running: timer.running,
                });
                self.tell_timer(cx, Some(id));
            }
            RoomItem::Timer { .. } => {}
            RoomItem::Call { call, view, by } => self.call(cx, None, Some(id), (call, view, by)),
        }
    }
}

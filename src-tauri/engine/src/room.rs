//! The room: who is at this laptop, who is still writing, the timer, and looking at one spot
//! together. All of it passes; only the roster is kept, on this laptop.

use crate::input::{Lane, Millis, PeerId, SessionId, SessionKind};
use crate::open_board::{Cx, OpenBoard};
use crate::output::Output;
use crate::private::MOST_PEOPLE;
use crate::protocol::{BoardEvent, BoardReply, Fault, Progress, Timer, TimerChange};
use crate::requests::rejected;
use crate::timer::{self, Running};
use crate::wire::{RoomItem, Working};
use board::{PersonId, Rejection, Role};
use rand::Rng;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many laptops' progress is remembered; as many as there are presences.
const MOST_LAPTOPS: usize = 256;
/// What goes on is told again this often: frames of the presence lane may get lost.
const AGAIN_MS: i64 = 5_000;
/// So many calls to look somewhere are known again when they come another way.
const KNOWN_CALLS: usize = 32;
/// Calls of peers are heeded this often. A flood of them is thereby let through so slowly that each
/// is still known when it comes around another way; it would go around for ever otherwise.
const CALL_EVERY_MS: i64 = 250;

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
    /// When a call of a peer was heeded last.
    called: Option<Millis>,
    /// When what goes on is told again.
    again: Option<Millis>,
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
        self.room.timer = timer::changed(self.room.timer.take(), change, now);
        self.room.timer_stamp = timer::next_stamp(self.room.timer_stamp, cx.rng.random());
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
            RoomItem::Working { laptop, working } => self.hear_working(id, laptop, working),
            RoomItem::Timer { stamp, timer } => {
                let Some(stamp) = timer::heard_stamp(self.room.timer_stamp, stamp) else {
                    return;
                };
                self.room.timer_stamp = stamp;
                self.room.timer = timer.map(|timer| Running::heard(&timer, cx.now));
                self.tell_timer(cx, Some(id));
            }
            RoomItem::Call { call, view, by } => {
                let early = |at: Millis| cx.now.since(at) < CALL_EVERY_MS;
                if !self.room.calls.contains(&call) && !self.room.called.is_some_and(early) {
                    self.room.called = Some(cx.now);
                    self.call(cx, None, Some(id), (call, view, by));
                }
            }
        }
    }

    /// Who is at a peer's laptop. Nobody hands this on, so a peer tells of one laptop only, and not
    /// of one that another device told of.
    fn hear_working(&mut self, id: PeerId, laptop: u64, working: Working) {
        let device = |id: &PeerId| self.peers.get(id).map(|peer| &peer.device);
        let told_by = self.room.heard.get(&laptop).map(|(from, _)| from);
        if told_by.is_some_and(|from| device(from) != device(&id)) {
            return;
        }
        self.room.heard.retain(|_, (from, _)| *from != id);
        if self.room.heard.len() < MOST_LAPTOPS {
            self.room.heard.insert(laptop, (id, working));
        }
    }
}

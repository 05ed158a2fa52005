//! Who is asked what: sessions, peers and boards by their numbers.

use crate::input::{
    Input, Lane, LoadFailure, Millis, PeerId, SessionId, SessionKind, Stored, Ticket,
};
use crate::log::Log;
use crate::open_board::{Change, Cx, OpenBoard, Origin, Owed};
use crate::output::{Output, PeerEnd, TicketFailure};
use crate::peer::Peer;
use crate::private::{Private, Secret};
use crate::protocol::{BoardEvent, BoardRequest, Fault, FaultCode};
use crate::requests::{fault, not_open};
use crate::session::Subscription;
use board::{Actor, BoardId, Record, Role, Tint};
use bytes::Bytes;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use replica::{ClientId, OpenError, Replica};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The core of one laptop: its open boards, its UI sessions, its peers. See the crate's
/// documentation for a tour.
pub struct Engine {
    now: Millis,
    rng: ChaCha8Rng,
    /// Numbers for tokens and markers.
    counter: u64,
    me: Me,
    sessions: BTreeMap<SessionId, SessionKind>,
    peers: BTreeMap<PeerId, BoardId>,
    boards: BTreeMap<BoardId, OpenBoard>,
    loading: BTreeMap<BoardId, Loading>,
    wake: Option<Millis>,
}

/// Who uses this laptop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Me {
    pub(crate) name: String,
    pub(crate) tint: Option<Tint>,
}

/// What waits for a board's bytes.
#[derive(Default)]
struct Loading {
    requests: Vec<(SessionId, u32, BoardRequest)>,
    peers: BTreeMap<PeerId, (Peer, Option<Bytes>)>,
    jobs: Vec<Job>,
    /// After a defect: what is kept of the board that is loaded again.
    kept: Option<Kept>,
}

struct Kept {
    log: Log,
    private: Private,
    subs: BTreeMap<SessionId, Subscription>,
    owed: Vec<(crate::input::AppendToken, Owed)>,
}

enum Job {
    Merge(Ticket, Stored),
    Create(Ticket, Vec<Record>),
}

impl Engine {
    /// An engine without boards. The seed must differ from run to run (client ids are drawn from
    /// it, and using one twice tears replicas apart); take it from the system's randomness.
    pub fn new(seed: u64) -> Self {
        Self {
            now: Millis::default(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            counter: 0,
            me: Me::default(),
            sessions: BTreeMap::new(),
            peers: BTreeMap::new(),
            boards: BTreeMap::new(),
            loading: BTreeMap::new(),
            wake: None,
        }
    }

    /// Takes an input and answers what is to be done, in order.
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Output> {
        self.now = self.now.max(now);
        let mut out = Vec::new();
        self.dispatch(input, &mut out);
        for output in &out {
            if let Output::ClosePeer { peer, .. } = output {
                self.peers.remove(peer);
            }
        }
        let due = self.boards.values().filter_map(|open| open.due(self.now));
        let wake = due.min().map(|at| at.max(self.now.plus(1)));
        if wake != self.wake {
            self.wake = wake;
            out.extend(wake.map(Output::WakeAt));
        }
        out
    }

    /// The board as it is, where it is open: for tests and for the runtime's own documents.
    pub fn board(&self, board: BoardId) -> Option<&board::Board> {
        self.boards.get(&board).map(|open| open.replica.board())
    }

    /// The hash of the board's content, where it is open.
    pub fn content_hash(&self, board: BoardId) -> Option<[u8; 32]> {
        self.boards
            .get(&board)
            .map(|open| open.replica.content_hash())
    }

    #[cfg(test)]
    pub(crate) fn client_of(&self, board: BoardId) -> ClientId {
        self.boards
            .get(&board)
            .map_or(ClientId::new(0), |open| open.replica.client())
    }

    /// As if handling an input had panicked.
    #[cfg(test)]
    pub(crate) fn stumble(&mut self, board: BoardId) -> Vec<Output> {
        let mut out = Vec::new();
        let panic = |_: &mut OpenBoard, _: &mut Cx<'_>| std::panic::resume_unwind(Box::new(()));
        self.on_board(board, &mut out, panic);
        out
    }

    fn dispatch(&mut self, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Me { name, tint } => self.me = Me { name, tint },
            Input::SessionOpened { session, kind } => {
                self.sessions.insert(session, kind);
            }
            Input::Request {
                session,
                id,
                request,
            } => self.request(session, id, request, out),
            Input::SessionClosed { session } => self.session_closed(session, out),
            Input::Loaded {
                board,
                role,
                stored,
                secrets,
            } => self.loaded(board, role, stored, &secrets, out),
            Input::Kept {
                board,
                token,
                result,
            } => {
                self.on_board(board, out, |open, cx| open.private.kept(cx, token, result));
            }
            Input::RoleChanged { board, role } => {
                self.on_board(board, out, |open, cx| open.set_role(cx, role));
            }
            Input::Appended { board, token, seq } => {
                // After a defect everything is offered again, so nothing is noted while loading.
                self.on_board(board, out, |open, cx| open.appended(cx, token, seq));
            }
            Input::AppendFailed { board, message } => {
                self.on_board(board, out, |open, cx| open.append_failed(cx, &message));
            }
            Input::Unload { board, message } => self.unload(board, &message, out),
            Input::PeerConnected {
                peer,
                board,
                role,
                dialled,
                device,
            } => {
                self.peer_connected(peer, board, Peer::new(role, dialled, device, self.now), out);
            }
            Input::Frame { peer, lane, bytes } => self.frame(peer, lane, bytes, out),
            Input::PeerFull { peer } => self.on_peer(peer, out, |open, _| open.peer_full(peer)),
            Input::PeerWritable { peer } => {
                self.on_peer(peer, out, |open, cx| open.peer_writable(cx, peer));
            }
            Input::PeerClosed { peer } => {
                for loading in self.loading.values_mut() {
                    loading.peers.remove(&peer);
                }
                self.on_peer(peer, out, |open, _| open.peer_closed(peer));
                self.peers.remove(&peer);
            }
            Input::Marked { board, mark } => {
                self.on_board(board, out, |open, cx| open.marked(cx, mark));
            }
            Input::Merge {
                ticket,
                board,
                stored,
            } => self.job(board, Job::Merge(ticket, stored), out),
            Input::Create {
                ticket,
                board,
                records,
            } => self.job(board, Job::Create(ticket, records), out),
            Input::Closing => {
                for board in self.boards.keys().copied().collect::<Vec<_>>() {
                    self.on_board(board, out, OpenBoard::close);
                }
            }
            Input::Tick => self.tick(out),
        }
    }

    fn request(
        &mut self,
        session: SessionId,
        id: u32,
        request: BoardRequest,
        out: &mut Vec<Output>,
    ) {
        let mut refuse = |fault| {
            out.push(Output::Answer {
                session,
                id,
                answer: Err(fault),
            })
        };
        let Some(kind) = self.sessions.get(&session).copied() else {
            return;
        };
        let board = request.board();
        if matches!(kind, SessionKind::Guest { board: only, .. } if only != board) {
            refuse(Fault {
                code: FaultCode::NotAllowed,
                message: "this link opens another board; ask the facilitator for one to this board"
                    .to_owned(),
            });
            return;
        }
        if let Some(loading) = self.loading.get_mut(&board) {
            loading.requests.push((session, id, request));
        } else if self.boards.contains_key(&board) {
            let done = self.on_board(board, out, |open, cx| {
                open.request(cx, session, kind, id, request)
            });
            if !done {
                let message =
                    "this could not be carried out; the board is loaded again as it was before";
                let fault = Fault {
                    code: FaultCode::Malformed,
                    message: message.to_owned(),
                };
                out.push(Output::Answer {
                    session,
                    id,
                    answer: Err(fault),
                });
            }
        } else if matches!(request, BoardRequest::Open { .. }) {
            self.load(board, out).requests.push((session, id, request));
        } else {
            refuse(not_open());
        }
    }

    fn session_closed(&mut self, session: SessionId, out: &mut Vec<Output>) {
        self.sessions.remove(&session);
        for loading in self.loading.values_mut() {
            loading.requests.retain(|(of, ..)| *of != session);
            if let Some(kept) = &mut loading.kept {
                kept.subs.remove(&session);
            }
        }
        for board in self.boards.keys().copied().collect::<Vec<_>>() {
            self.on_board(board, out, |open, _| open.leave(session));
        }
    }

    fn peer_connected(&mut self, id: PeerId, board: BoardId, peer: Peer, out: &mut Vec<Output>) {
        self.peers.insert(id, board);
        if self.boards.contains_key(&board) {
            self.on_board(board, out, |open, cx| open.greet(cx, id, peer));
        } else {
            self.load(board, out).peers.insert(id, (peer, None));
        }
    }

    fn frame(&mut self, id: PeerId, lane: Lane, bytes: Bytes, out: &mut Vec<Output>) {
        let Some(board) = self.peers.get(&id).copied() else {
            return;
        };
        let Some(loading) = self.loading.get_mut(&board) else {
            self.on_board(board, out, |open, cx| open.on_frame(cx, id, lane, &bytes));
            return;
        };
        // Only a greeting can come before ours has gone out; it waits for the board.
        let Some((_, hello)) = loading.peers.get_mut(&id) else {
            return;
        };
        if lane == Lane::Sync && hello.replace(bytes).is_some() {
            loading.peers.remove(&id);
            let reason = "no greeting came first".to_owned();
            out.push(Output::ClosePeer {
                peer: id,
                end: PeerEnd::BrokeProtocol,
                reason,
            });
        }
    }

    fn job(&mut self, board: BoardId, job: Job, out: &mut Vec<Output>) {
        if self.boards.contains_key(&board) {
            self.do_job(board, job, out);
        } else {
            self.load(board, out).jobs.push(job);
        }
    }

    fn do_job(&mut self, board: BoardId, job: Job, out: &mut Vec<Output>) {
        match job {
            Job::Merge(ticket, stored) => {
                self.on_board(board, out, |open, cx| open.merge_file(cx, ticket, stored));
            }
            Job::Create(ticket, records) => {
                let done = self.on_board(board, out, |open, cx| create(open, cx, ticket, records));
                if !done {
                    let result = Err(TicketFailure::Unreadable(
                        "the records do not make a board".to_owned(),
                    ));
                    out.push(Output::Created { ticket, result });
                }
            }
        }
    }

    /// The waiting room of a board that is not open; asks for its bytes where that was not done.
    fn load(&mut self, board: BoardId, out: &mut Vec<Output>) -> &mut Loading {
        self.loading.entry(board).or_insert_with(|| {
            out.push(Output::Load { board });
            Loading::default()
        })
    }

    fn loaded(
        &mut self,
        board: BoardId,
        role: Role,
        stored: Result<Stored, LoadFailure>,
        secrets: &[Secret],
        out: &mut Vec<Output>,
    ) {
        let Some(mut loading) = self.loading.remove(&board) else {
            return;
        };
        let stored = match stored {
            Ok(stored) => stored,
            Err(failure) => return self.not_loaded(board, loading, &failure, out),
        };
        let mut cx = self.cx(out);
        let kept = loading.kept.as_ref().map(|kept| kept.log.unsaved());
        let (base, unsaved) = kept.unwrap_or_default();
        let replica = open(cx.next_client(), &stored, base, &unsaved);
        let replica = match replica {
            Ok(replica) => replica,
            Err(error) => {
                tracing::error!(%board, %error, "a board could not be read");
                let message = "This board's file could not be read. Nothing was changed; a copy on another \
                               laptop, or a board file, brings it back.";
                let failure = LoadFailure::Storage(message.to_owned());
                return self.not_loaded(board, loading, &failure, out);
            }
        };
        let bytes = stored.updates.iter().map(Vec::len).sum();
        let log = Log::new(stored.last_seq, stored.updates.len(), bytes);
        let private = Private::from_secrets(secrets);
        let mut open = OpenBoard::new(&mut cx, board, role, replica, log, private);
        if let Some(kept) = loading.kept.take() {
            (open.log, open.subs, open.owed) = (kept.log, kept.subs, kept.owed);
            open.private = kept.private;
            open.log.reread(stored.last_seq);
            open.log.offer_again(&mut cx, board);
            for (session, sub) in &mut open.subs {
                let gap = sub.gap(board);
                cx.event(*session, gap);
            }
        }
        self.boards.insert(board, open);
        for (session, id, request) in loading.requests {
            self.request(session, id, request, out);
        }
        for (id, (peer, hello)) in loading.peers {
            self.peer_connected(id, board, peer, out);
            if let Some(hello) = hello {
                self.frame(id, Lane::Sync, hello, out);
            }
        }
        for job in loading.jobs {
            self.do_job(board, job, out);
        }
        self.on_board(board, out, |_, _| {});
    }

    fn not_loaded(
        &mut self,
        board: BoardId,
        loading: Loading,
        failure: &LoadFailure,
        out: &mut Vec<Output>,
    ) {
        let (code, message, ticket) = match failure {
            LoadFailure::NotFound => (
                FaultCode::Gone,
                "This board is not on this laptop. Join it by its ticket, or import its file."
                    .to_owned(),
                TicketFailure::NotFound,
            ),
            LoadFailure::Storage(message) => (
                FaultCode::Unreadable,
                message.clone(),
                TicketFailure::Storage(message.clone()),
            ),
        };
        for (session, id, request) in loading.requests {
            let fault = match request {
                BoardRequest::Open { .. } => Fault {
                    code,
                    message: message.clone(),
                },
                _ => not_open(),
            };
            out.push(Output::Answer {
                session,
                id,
                answer: Err(fault),
            });
        }
        for peer in loading.peers.into_keys() {
            let reason = "the board could not be opened".to_owned();
            out.push(Output::ClosePeer {
                peer,
                end: PeerEnd::Failed,
                reason,
            });
        }
        for job in loading.jobs {
            out.push(match job {
                Job::Merge(number, _) => Output::Merged {
                    ticket: number,
                    result: Err(ticket.clone()),
                },
                Job::Create(number, _) => Output::Created {
                    ticket: number,
                    result: Err(ticket.clone()),
                },
            });
        }
        for session in loading
            .kept
            .into_iter()
            .flat_map(|kept| kept.subs.into_keys())
        {
            let event = BoardEvent::Closed {
                board,
                message: message.clone(),
            };
            out.push(Output::Event { session, event });
        }
    }

    fn unload(&mut self, board: BoardId, message: &str, out: &mut Vec<Output>) {
        if let Some(loading) = self.loading.remove(&board) {
            self.not_loaded(board, loading, &LoadFailure::NotFound, out);
        }
        if let Some(mut open) = self.boards.remove(&board) {
            let mut cx = self.cx(out);
            open.log.offer_again_if_failing(&mut cx, board);
            for session in open.subs.keys() {
                let event = BoardEvent::Closed {
                    board,
                    message: message.to_owned(),
                };
                cx.event(*session, event);
            }
            for peer in open.peers.keys() {
                let reason = "the board was closed".to_owned();
                cx.out.push(Output::ClosePeer {
                    peer: *peer,
                    end: PeerEnd::Left,
                    reason,
                });
            }
            open.private.give_up(&mut cx);
            let (merging, tickets) = open.inbox.discard();
            for merging in merging {
                open.clear(&mut cx, merging);
            }
            for ticket in tickets {
                cx.out.push(Output::Merged {
                    ticket,
                    result: Err(TicketFailure::NotFound),
                });
            }
            for (_, owed) in std::mem::take(&mut open.owed) {
                cx.out.push(owed.failed());
            }
        }
    }

    fn tick(&mut self, out: &mut Vec<Output>) {
        self.wake = None;
        for board in self.boards.keys().copied().collect::<Vec<_>>() {
            let mut unused = false;
            self.on_board(board, out, |open, cx| {
                unused = open.tick(cx);
                if unused {
                    open.close(cx);
                }
            });
            if unused {
                self.boards.remove(&board);
            }
        }
    }

    fn on_peer(
        &mut self,
        peer: PeerId,
        out: &mut Vec<Output>,
        f: impl FnOnce(&mut OpenBoard, &mut Cx<'_>),
    ) {
        if let Some(board) = self.peers.get(&peer).copied() {
            self.on_board(board, out, f);
        }
    }

    fn cx<'a>(&'a mut self, out: &'a mut Vec<Output>) -> Cx<'a> {
        Cx {
            now: self.now,
            me: &self.me,
            rng: &mut self.rng,
            counter: &mut self.counter,
            out,
        }
    }

    /// Does something with an open board, and what follows from it. Answers `false` when a defect
    /// ended it; the board is loaded again then.
    fn on_board(
        &mut self,
        board: BoardId,
        out: &mut Vec<Output>,
        f: impl FnOnce(&mut OpenBoard, &mut Cx<'_>),
    ) -> bool {
        let Self {
            now,
            me,
            rng,
            counter,
            boards,
            ..
        } = self;
        let Some(open) = boards.get_mut(&board) else {
            return true;
        };
        let before = out.len();
        // A panic inside a Yrs transaction leaves a half-done change: nothing of the replica is
        // used after one, and what this call wanted done is not done.
        let done = catch_unwind(AssertUnwindSafe(|| {
            let mut cx = Cx {
                now: *now,
                me,
                rng,
                counter,
                out,
            };
            f(open, &mut cx);
            open.settle(&mut cx);
            !open.broken
        }))
        .unwrap_or(false);
        if !done {
            out.truncate(before);
            self.defect(board, out);
        }
        done
    }

    fn defect(&mut self, board: BoardId, out: &mut Vec<Output>) {
        let Some(open) = self.boards.remove(&board) else {
            return;
        };
        tracing::error!(%board, "a defect: the board is loaded again");
        let OpenBoard {
            replica,
            subs,
            peers,
            log,
            private,
            mut inbox,
            healing,
            owed,
            ..
        } = open;
        let _ = catch_unwind(AssertUnwindSafe(|| drop((replica, healing))));
        if let Some(merging) = inbox.merging.take() {
            let reason = "Upshot stumbled over it".to_owned();
            let (device, hash, bytes) =
                (merging.device.clone(), merging.hash, merging.bytes.clone());
            out.push(Output::Quarantine {
                board,
                device,
                hash,
                bytes,
                reason,
            });
            let (mark, device) = (merging.mark, merging.device);
            out.push(Output::ClearMerging {
                board,
                mark,
                device,
                hash,
            });
            for session in subs.keys() {
                let message = "A change from another laptop could not be read and was set aside. Your board \
                               is as it was. If it happens again, ask them to update Upshot.";
                let (code, message) = ("updateRefused".to_owned(), message.to_owned());
                out.push(Output::Event {
                    session: *session,
                    event: BoardEvent::Notice {
                        board,
                        code,
                        message,
                    },
                });
            }
        }
        let (merging, tickets) = inbox.discard();
        for merging in merging {
            let (mark, device, hash) = (merging.mark, merging.device, merging.hash);
            out.push(Output::ClearMerging {
                board,
                mark,
                device,
                hash,
            });
        }
        for ticket in tickets {
            let result = Err(TicketFailure::Unreadable(
                "the file could not be read".to_owned(),
            ));
            out.push(Output::Merged { ticket, result });
        }
        for peer in peers.into_keys() {
            let reason = "the board is opened again here".to_owned();
            out.push(Output::ClosePeer {
                peer,
                end: PeerEnd::Failed,
                reason,
            });
        }
        let loading = Loading {
            kept: Some(Kept {
                log,
                private,
                subs,
                owed,
            }),
            ..Loading::default()
        };
        self.loading.insert(board, loading);
        out.push(Output::Load { board });
    }
}

/// Reading may stumble as well: the bytes were stored after they were applied and read back, but
/// disks and other programs change files.
fn open(
    client: ClientId,
    stored: &Stored,
    base: Option<&Bytes>,
    unsaved: &[&Bytes],
) -> Result<Replica, String> {
    // A state that takes the place of what is stored.
    let (snapshot, updates) = match base {
        Some(base) => (Some(base.as_ref()), &[][..]),
        None => (stored.snapshot.as_deref(), stored.updates.as_slice()),
    };
    let updates: Vec<&[u8]> = updates
        .iter()
        .map(Vec::as_slice)
        .chain(unsaved.iter().map(|update| update.as_ref()))
        .collect();
    let opened = catch_unwind(|| Replica::open(client, snapshot, &updates));
    match opened {
        Ok(result) => result.map_err(|error: OpenError| error.to_string()),
        Err(_) => Err("a defect while reading".to_owned()),
    }
}

fn create(open: &mut OpenBoard, cx: &mut Cx<'_>, ticket: Ticket, records: Vec<Record>) {
    let actor = Actor {
        person: None,
        role: Role::Facilitate,
        now_ms: cx.now.0,
    };
    match open
        .replica
        .execute("created", &actor, &board::insert_commands(records))
    {
        Ok(applied) if applied.update.is_empty() => open.owe(cx, Owed::Created(ticket)),
        Ok(applied) => {
            open.took(cx, Change::from(applied), &Origin::Created, "");
            open.owe(cx, Owed::Created(ticket));
        }
        Err(error) => {
            let result = Err(TicketFailure::Unreadable(fault(&error).message));
            cx.out.push(Output::Created { ticket, result });
        }
    }
}

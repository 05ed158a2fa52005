//! The thread that owns the engine.

use crate::clock::Clock;
use crate::marker::{Marked, Marker};
use crate::protocol::{
    Answer, ClientMessage, HomeEvent, HomeRequest, Reply, Request, ServerMessage,
};
use board::BoardId;
use engine::{
    Engine, Input, Lane, LoadFailure, Millis, Output, PeerEnd, SessionId, SessionKind, Summary,
    Ticket, TicketFailure,
};
use link::{CloseCode, Peer, SendError};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;
use store::{NewQuarantined, NewSnapshot, NewUpdate, Store, Write};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// Takes a message for a session; answers whether it can take more. Called on the engine's thread:
/// it must not wait.
pub(crate) type Sink = Box<dyn FnMut(&ServerMessage) -> bool + Send>;

/// What came of a request of the runtime's own.
pub(crate) type TicketResult = Result<bool, TicketFailure>;

/// What the thread is given.
pub(crate) enum Work {
    Input(Input),
    /// A frame of a peer. The permit bounds how many wait here.
    Frame(
        Input,
        #[allow(dead_code, reason = "held until the frame is handled")] OwnedSemaphorePermit,
    ),
    Session {
        session: SessionId,
        sink: Sink,
    },
    Message {
        session: SessionId,
        message: Box<ClientMessage>,
    },
    /// The answer to a request that was answered outside the engine.
    Answer {
        session: SessionId,
        id: u32,
        answer: Box<Answer>,
    },
    Broadcast(Box<HomeEvent>),
    Peer(engine::PeerId, Box<Peer>),
    Peerless(engine::PeerId),
    /// A request of the runtime's own.
    Ask {
        input: Box<dyn FnOnce(Ticket) -> Input + Send>,
        done: oneshot::Sender<TicketResult>,
    },
    /// An open board as it is.
    Look(BoardId, oneshot::Sender<Option<board::Board>>),
    Stop(oneshot::Sender<()>),
}

/// What the thread wants done elsewhere.
pub(crate) enum Errand {
    /// A request about this laptop.
    Home {
        session: SessionId,
        id: u32,
        request: Box<HomeRequest>,
    },
    /// A board's bytes are wanted.
    Load(BoardId),
    /// A board as Home sees it changed.
    Summary(BoardId, Box<Summary>),
    /// There are no more.
    Last(oneshot::Sender<()>),
}

/// The way to the thread.
#[derive(Clone)]
pub(crate) struct Core {
    work: Sender<Work>,
}

static NEXT_SESSION: AtomicU64 = AtomicU64::new(1);

impl Core {
    pub(crate) fn new() -> (Self, Receiver<Work>) {
        let (work, receiver) = std::sync::mpsc::channel();
        (Self { work }, receiver)
    }

    pub(crate) fn send(&self, work: Work) {
        if self.work.send(work).is_err() {
            tracing::debug!("the engine has stopped");
        }
    }

    /// A board as it is, where it is open.
    pub(crate) async fn look(&self, board: BoardId) -> Option<board::Board> {
        let (done, answer) = oneshot::channel();
        self.send(Work::Look(board, done));
        answer.await.ok().flatten()
    }

    /// Asks the engine something of the runtime's own, and waits for what comes of it.
    pub(crate) async fn ask(
        &self,
        input: impl FnOnce(Ticket) -> Input + Send + 'static,
    ) -> TicketResult {
        let (done, answer) = oneshot::channel();
        self.send(Work::Ask {
            input: Box::new(input),
            done,
        });
        answer
            .await
            .unwrap_or_else(|_| Err(TicketFailure::Storage("Upshot is closing".into())))
    }

    pub(crate) fn session(&self, sink: Sink) -> Session {
        let session = SessionId(NEXT_SESSION.fetch_add(1, Ordering::Relaxed));
        self.send(Work::Session { session, sink });
        Session {
            session,
            core: self.clone(),
        }
    }
}

/// A UI session. Closed when dropped.
pub struct Session {
    session: SessionId,
    core: Core,
}

impl Session {
    /// A message of the session's. The answer comes to its sink.
    pub fn send(&self, message: ClientMessage) {
        self.core.send(Work::Message {
            session: self.session,
            message: Box::new(message),
        });
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.core.send(Work::Input(Input::SessionClosed {
            session: self.session,
        }));
    }
}

pub(crate) struct Thread {
    engine: Engine,
    clock: Clock,
    core: Core,
    store: Store,
    marker: Marker,
    errands: tokio::sync::mpsc::UnboundedSender<Errand>,
    sinks: BTreeMap<SessionId, Sink>,
    peers: BTreeMap<u64, Peer>,
    tickets: BTreeMap<Ticket, oneshot::Sender<TicketResult>>,
    next_ticket: u64,
    /// What the outputs of one input lead to at once.
    inputs: VecDeque<Input>,
    wake: Option<Millis>,
}

impl Thread {
    pub(crate) fn new(
        core: Core,
        store: Store,
        marker: Marker,
        seed: u64,
        errands: tokio::sync::mpsc::UnboundedSender<Errand>,
    ) -> Self {
        Self {
            engine: Engine::new(seed),
            clock: Clock::new(),
            core,
            store,
            marker,
            errands,
            sinks: BTreeMap::new(),
            peers: BTreeMap::new(),
            tickets: BTreeMap::new(),
            next_ticket: 1,
            inputs: VecDeque::new(),
            wake: None,
        }
    }

    /// Runs until it is told to stop.
    pub(crate) fn run(mut self, work: &Receiver<Work>) {
        loop {
            let next = match self.wake {
                Some(at) => {
                    let wait = at.since(self.clock.now()).max(0);
                    work.recv_timeout(Duration::from_millis(wait.unsigned_abs()))
                }
                None => work.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match next {
                Ok(Work::Stop(done)) => {
                    self.handle(Input::Closing);
                    self.run_errand(Errand::Last(done));
                    return;
                }
                Ok(work) => self.take(work),
                Err(RecvTimeoutError::Timeout) => {
                    self.wake = None;
                    self.handle(Input::Tick);
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn take(&mut self, work: Work) {
        match work {
            Work::Input(input) => {
                if let Input::SessionClosed { session } = &input {
                    self.sinks.remove(session);
                }
                self.handle(input);
            }
            Work::Frame(input, _permit) => self.handle(input),
            Work::Session { session, sink } => {
                self.sinks.insert(session, sink);
                self.handle(Input::SessionOpened {
                    session,
                    kind: SessionKind::Own,
                });
            }
            Work::Message { session, message } => {
                let ClientMessage { id, request } = *message;
                match request {
                    Request::Board(request) => {
                        self.handle(Input::Request {
                            session,
                            id,
                            request,
                        });
                    }
                    Request::Home(request) => {
                        let request = Box::new(request);
                        self.run_errand(Errand::Home {
                            session,
                            id,
                            request,
                        });
                    }
                }
            }
            Work::Answer {
                session,
                id,
                answer,
            } => {
                self.tell(
                    session,
                    &ServerMessage::Answer {
                        id,
                        answer: *answer,
                    },
                );
            }
            Work::Broadcast(event) => {
                let message = ServerMessage::Home(*event);
                let sessions: Vec<_> = self.sinks.keys().copied().collect();
                for session in sessions {
                    self.tell(session, &message);
                }
            }
            Work::Peer(id, peer) => self.meet(id, *peer),
            Work::Peerless(peer) => {
                if self.peers.remove(&peer.0).is_some() {
                    self.handle(Input::PeerClosed { peer });
                }
            }
            Work::Ask { input, done } => {
                let ticket = Ticket(self.next_ticket);
                self.next_ticket += 1;
                self.tickets.insert(ticket, done);
                self.handle(input(ticket));
            }
            Work::Look(board, done) => {
                let _ = done.send(self.engine.board(board).cloned());
            }
            Work::Stop(_) => {}
        }
    }

    fn meet(&mut self, id: engine::PeerId, peer: Peer) {
        let Ok(board) = peer.board().as_str().parse() else {
            peer.close(CloseCode::Refused, "this board is not here");
            return;
        };
        let input = Input::PeerConnected {
            peer: id,
            board,
            role: crate::access::role_of(peer.role()),
            dialled: peer.dialled(),
            device: crate::access::key_text(&peer.device()),
        };
        self.peers.insert(id.0, peer);
        self.handle(input);
    }

    fn handle(&mut self, input: Input) {
        self.inputs.push_back(input);
        while let Some(input) = self.inputs.pop_front() {
            let now = self.clock.now();
            for output in self.engine.handle(now, input) {
                self.carry_out(output);
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Answer {
                session,
                id,
                answer,
            } => {
                let answer = match answer {
                    Ok(reply) => Answer::Ok(Reply::Board(reply)),
                    Err(fault) => Answer::Fault(fault),
                };
                self.tell(session, &ServerMessage::Answer { id, answer });
            }
            Output::Event { session, event } => self.tell(session, &ServerMessage::Board(event)),
            Output::Load { board } => self.run_errand(Errand::Load(board)),
            Output::Append {
                board,
                entries,
                again,
            } => self.append(board, entries, again),
            Output::Keep {
                board,
                token,
                secrets,
            } => {
                let now = self.clock.now().0;
                let writes = secrets
                    .into_iter()
                    .map(|secret| crate::secrets::write(board, secret, now))
                    .collect();
                let core = self.core.clone();
                self.store.submit(writes, move |result| {
                    core.send(Work::Input(Input::Kept {
                        board,
                        token,
                        result: result.map(|_| ()).map_err(|error| error.to_string()),
                    }));
                });
            }
            Output::Snapshot {
                board,
                upto,
                content_hash,
                bytes,
            } => {
                let made_ms = self.clock.now().0;
                self.submit(Write::PutSnapshot(NewSnapshot {
                    board: board.to_string(),
                    upto_seq: upto,
                    made_ms,
                    content_hash: content_hash.to_vec(),
                    bytes,
                }));
            }
            Output::SendFrame { peer, lane, bytes } => {
                let Some(to) = self.peers.get(&peer.0) else {
                    return;
                };
                let lane = match lane {
                    Lane::Sync => link::Lane::Sync,
                    Lane::Presence => link::Lane::Presence,
                };
                match to.send(lane, bytes) {
                    Ok(()) | Err(SendError::Closed) => {}
                    Err(SendError::Full) => self.inputs.push_back(Input::PeerFull { peer }),
                    Err(error) => tracing::error!(%error, "a frame could not be sent"),
                }
            }
            Output::ClosePeer { peer, end, reason } => {
                if let Some(peer) = self.peers.remove(&peer.0) {
                    let code = match end {
                        PeerEnd::Left | PeerEnd::Failed => CloseCode::Left,
                        PeerEnd::BrokeProtocol | PeerEnd::NotAllowed => CloseCode::BrokeProtocol,
                    };
                    peer.close(code, &reason);
                }
            }
            Output::MarkMerging {
                board,
                mark,
                device,
                hash,
            } => {
                let marked = Marked {
                    board: board.to_string(),
                    device,
                    hash,
                };
                if let Err(error) = self.marker.mark(mark, marked) {
                    tracing::warn!(%error, "a merge could not be marked");
                }
                self.inputs.push_back(Input::Marked { board, mark });
            }
            Output::ClearMerging { mark, .. } => {
                if let Err(error) = self.marker.clear(mark) {
                    tracing::warn!(%error, "a merge's mark could not be taken away");
                }
            }
            Output::Quarantine {
                board,
                device,
                hash,
                bytes,
                reason,
            } => {
                let at_ms = self.clock.now().0;
                self.submit(Write::Quarantine(NewQuarantined {
                    board: board.to_string(),
                    peer: device,
                    hash: hash.to_vec(),
                    bytes: bytes.to_vec(),
                    reason,
                    at_ms,
                }));
            }
            Output::Summary { board, summary } => self.run_errand(Errand::Summary(board, summary)),
            Output::Merged { ticket, result } => self.finish(ticket, result),
            Output::Created { ticket, result } => self.finish(ticket, result.map(|()| true)),
            Output::WakeAt(at) => self.wake = Some(at),
        }
    }

    fn append(&mut self, board: BoardId, entries: Vec<engine::Entry>, again: bool) {
        let Some(last) = entries.last().map(|entry| entry.token) else {
            return;
        };
        let name = board.to_string();
        let mut writes = Vec::with_capacity(entries.len() + 2);
        if again {
            writes.push(Write::Resume {
                board: name.clone(),
            });
        }
        for entry in entries {
            // One list is stored as a whole or not at all.
            writes.extend(entry.base.map(|base| {
                Write::PutSnapshot(NewSnapshot {
                    board: name.clone(),
                    upto_seq: base.upto,
                    made_ms: entry.at.0,
                    content_hash: base.content_hash.to_vec(),
                    bytes: base.bytes.to_vec(),
                })
            }));
            writes.push(Write::Append(NewUpdate {
                board: name.clone(),
                at_ms: entry.at.0,
                origin: entry.origin,
                bytes: entry.update.to_vec(),
            }));
            writes.extend(
                entry
                    .gone
                    .into_iter()
                    .map(|secret| crate::secrets::write(board, secret, entry.at.0)),
            );
        }
        let core = self.core.clone();
        self.store.submit(writes, move |result| {
            let input = match result {
                Ok(receipt) => Input::Appended {
                    board,
                    token: last,
                    seq: receipt.seqs.last().copied().unwrap_or(0),
                },
                Err(error) => Input::AppendFailed {
                    board,
                    message: error.to_string(),
                },
            };
            core.send(Work::Input(input));
        });
    }

    fn submit(&self, write: Write) {
        self.store.submit(vec![write], |result| {
            if let Err(error) = result {
                tracing::warn!(%error, "something was not stored");
            }
        });
    }

    fn finish(&mut self, ticket: Ticket, result: TicketResult) {
        if let Some(done) = self.tickets.remove(&ticket) {
            let _ = done.send(result);
        }
    }

    fn tell(&mut self, session: SessionId, message: &ServerMessage) {
        let gone = self
            .sinks
            .get_mut(&session)
            .is_some_and(|sink| !sink(message));
        if gone {
            self.sinks.remove(&session);
            self.inputs.push_back(Input::SessionClosed { session });
        }
    }

    fn run_errand(&self, errand: Errand) {
        if self.errands.send(errand).is_err() {
            tracing::debug!("the runtime has stopped");
        }
    }
}

/// Why a board could not be loaded, in the engine's words.
pub(crate) fn load_failure(error: &store::LoadError) -> LoadFailure {
    match error {
        store::LoadError::NoSuchBoard => LoadFailure::NotFound,
        store::LoadError::Damaged(detail) => {
            tracing::warn!(detail, "a board could not be read");
            LoadFailure::Storage(
                "Where this laptop keeps this board, its disk file is damaged. It is left as it is, \
                and nothing was deleted. Anybody else who has the board can save it as a board file \
                and send it; opening that brings it back."
                    .into(),
            )
        }
        other => LoadFailure::Storage(other.to_string()),
    }
}

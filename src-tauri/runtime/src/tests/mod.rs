//! Whole runtimes on 127.0.0.1, each with a profile of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod folders;
mod library;
mod mesh;

use crate::protocol::{
    Answer, ClientMessage, HomeReply, HomeRequest, Reply, Request, ServerMessage,
};
use crate::shared::Shared;
use crate::{BoardEvent, BoardReply, BoardRequest, Config, Reach, Runtime, Session, StartError};
use board::{BoardId, Command, MetaChange, Role, Tint};
use engine::protocol::PeerState;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::mpsc;

/// How long an event may take before the test is given up: far longer than any does.
const PATIENCE: Duration = Duration::from_secs(60);

struct Laptop {
    profile: TempDir,
    runtime: Runtime,
    session: Session,
    messages: mpsc::UnboundedReceiver<ServerMessage>,
    next: u32,
}

impl Laptop {
    /// Whose user goes by `name`.
    async fn new(name: &str) -> Self {
        let mut laptop = Self::open(tempfile::tempdir().unwrap()).await;
        let (name, tint) = (name.to_owned(), Tint::T1);
        laptop.home(HomeRequest::SetMe { name, tint }).await;
        laptop
    }

    async fn open(profile: TempDir) -> Self {
        let runtime = start(profile.path()).await;
        let (sender, messages) = mpsc::unbounded_channel();
        let session = runtime.handle().session(Box::new(move |message| {
            sender.send(message.clone()).is_ok()
        }));
        Self {
            profile,
            runtime,
            session,
            messages,
            next: 1,
        }
    }

    /// Closes Upshot and opens it again.
    async fn restart(self) -> Self {
        Self::open(self.stop().await).await
    }

    /// Closes Upshot. Its port is free afterwards, as it is when a process has ended: until then
    /// connections that were still being made are let to end.
    async fn stop(self) -> TempDir {
        let port = self.shared().link().address().addrs().next().unwrap();
        drop(self.session);
        self.runtime.stop().await;
        let free = async {
            while std::net::UdpSocket::bind(port).is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, free)
            .await
            .expect("the port is given back");
        self.profile
    }

    fn shared(&self) -> Arc<Shared> {
        self.runtime.handle().shared
    }

    async fn message(&mut self) -> ServerMessage {
        tokio::time::timeout(PATIENCE, self.messages.recv())
            .await
            .expect("something was awaited that did not come")
            .expect("the runtime runs")
    }

    async fn ask(&mut self, request: Request) -> Reply {
        let id = self.next;
        self.next += 1;
        self.session.send(ClientMessage { id, request });
        loop {
            match self.message().await {
                ServerMessage::Answer { id: to, answer } if to == id => match answer {
                    Answer::Ok(reply) => return reply,
                    Answer::Fault(fault) => panic!("{}", fault.message),
                },
                _ => {}
            }
        }
    }

    async fn home(&mut self, request: HomeRequest) -> HomeReply {
        match self.ask(Request::Home(request)).await {
            Reply::Home(reply) => reply,
            Reply::Board(_) => panic!("an answer of another kind"),
        }
    }

    /// Why a request is not done.
    async fn refused(&mut self, request: HomeRequest) -> String {
        let id = self.next;
        self.next += 1;
        let request = Request::Home(request);
        self.session.send(ClientMessage { id, request });
        loop {
            match self.message().await {
                ServerMessage::Answer { id: to, answer } if to == id => match answer {
                    Answer::Fault(fault) => return fault.message,
                    Answer::Ok(reply) => panic!("done: {reply:?}"),
                },
                _ => {}
            }
        }
    }

    /// Makes a board and opens it.
    async fn new_board(&mut self) -> BoardId {
        let request = HomeRequest::NewBoard {
            template: String::new(),
            title: "Release 4.2".into(),
            team: String::new(),
        };
        match self.home(request).await {
            HomeReply::Made { board, .. } => board,
            other => panic!("{other:?}"),
        }
    }

    async fn ticket(&mut self, board: BoardId, role: Role) -> String {
        let invite = HomeRequest::Invite {
            board,
            role,
            hours: 1,
        };
        match self.home(invite).await {
            HomeReply::Ticket { ticket, .. } => ticket,
            other => panic!("{other:?}"),
        }
    }

    async fn join(&mut self, ticket: String) {
        self.home(HomeRequest::Join { ticket }).await;
    }

    /// Opens the board and waits until exactly these are connected, by their names.
    async fn meets(&mut self, board: BoardId, names: &[&str]) -> Vec<PeerState> {
        let opened = self.ask(Request::Board(BoardRequest::Open { board })).await;
        let Reply::Board(BoardReply::Opened { mut peers, .. }) = opened else {
            panic!("an answer of another kind");
        };
        let wanted: BTreeSet<&str> = names.iter().copied().collect();
        loop {
            let here: BTreeSet<&str> = peers.iter().map(|peer| peer.name.as_str()).collect();
            if here == wanted && peers.len() == wanted.len() {
                return peers;
            }
            peers = loop {
                if let ServerMessage::Board(BoardEvent::Peers { peers, .. }) = self.message().await
                {
                    break peers;
                }
            };
        }
    }

    async fn rename(&mut self, board: BoardId, title: &str) {
        let set = vec![MetaChange::Title(title.into())];
        let request = BoardRequest::Execute {
            board,
            person: None,
            commands: vec![Command::SetMeta { set }],
        };
        self.ask(Request::Board(request)).await;
    }

    /// Waits until the board bears a title.
    async fn sees(&mut self, board: BoardId, title: &str) {
        let opened = self.ask(Request::Board(BoardRequest::Open { board })).await;
        let Reply::Board(BoardReply::Opened { snapshot, .. }) = opened else {
            panic!("an answer of another kind");
        };
        let words = format!("{title:?}");
        let mut seen = serde_json::to_string(&snapshot).unwrap();
        while !seen.contains(&words) {
            seen = match self.message().await {
                ServerMessage::Board(BoardEvent::Batch { patch, .. }) => {
                    serde_json::to_string(&patch).unwrap()
                }
                _ => String::new(),
            };
        }
    }

    async fn dismiss(&mut self, board: BoardId, peers: &[PeerState], name: &str) {
        let peer = peers.iter().find(|peer| peer.name == name).unwrap();
        let peer = peer.id.clone();
        self.home(HomeRequest::Dismiss { board, peer }).await;
    }

    /// Calls another laptop about a board as this one would on its own, and waits until it is
    /// refused as one who was removed. A connection from before may still be ending.
    async fn is_turned_away_by(&self, board: BoardId, other: &Self) {
        let (board, address) = (name(board), other.shared().link().address());
        let refused = async {
            loop {
                match self.shared().link().dial(&board, &address).await {
                    Ok(peer) => {
                        while !peer.is_closed() {
                            tokio::task::yield_now().await;
                        }
                    }
                    Err(link::JoinError::Refused(closed)) => return closed,
                    Err(error) => panic!("{error}"),
                }
            }
        };
        let closed = tokio::time::timeout(PATIENCE, refused)
            .await
            .expect("one who was removed is let go");
        assert_eq!(closed.code, Some(link::CloseCode::Revoked));
        assert_eq!(closed.by, link::ClosedBy::Them);
    }
}

fn name(board: BoardId) -> link::BoardId {
    board.to_string().parse().unwrap()
}

/// The one who ended a moment ago may still be giving the profile back.
async fn start(profile: &Path) -> Runtime {
    let config = Config {
        profile: profile.to_owned(),
        reach: Reach::Loopback,
    };
    let started = async {
        loop {
            match Runtime::start(config.clone()).await {
                Ok(runtime) => return runtime,
                Err(StartError::Store(_)) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, started)
        .await
        .expect("the profile is given back")
}

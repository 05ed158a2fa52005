//! A session with a runtime, as the window has one, but in a program.

use crate::measure::now;
use anyhow::{Context, bail};
use board::{BoardId, Record};
use runtime::protocol::{
    Answer, ClientMessage, HomeReply, HomeRequest, Reply, Request, ServerMessage,
};
use runtime::{BoardReply, BoardRequest, Config, Handle, Reach, Runtime, Session};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// No answer takes longer unless something is broken.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Client {
    session: Session,
    answers: Receiver<(u32, Answer, Instant)>,
    next: u32,
}

impl Client {
    /// `seen` is called on the engine's thread with every message, when it is text and thus ready
    /// for the page.
    pub(crate) fn new(
        handle: &Handle,
        mut seen: impl FnMut(&ServerMessage, Instant) + Send + 'static,
    ) -> Self {
        let (sender, answers) = channel();
        let session = handle.session(Box::new(move |message| {
            std::hint::black_box(serde_json::to_string(message).ok());
            let at = now();
            seen(message, at);
            match message {
                // The answers that are counted in thousands are `seen`'s.
                ServerMessage::Answer {
                    answer: Answer::Ok(Reply::Board(BoardReply::Accepted { .. })),
                    ..
                } => true,
                ServerMessage::Answer { id, answer } => {
                    sender.send((*id, answer.clone(), at)).is_ok()
                }
                _ => true,
            }
        }));
        Self {
            session,
            answers,
            next: 1,
        }
    }

    /// A session that only asks.
    pub(crate) fn quiet(handle: &Handle) -> Self {
        Self::new(handle, |_, _| ())
    }

    /// Sends a request without waiting; answers its number.
    pub(crate) fn send(&mut self, request: BoardRequest) -> u32 {
        let id = self.next;
        self.next += 1;
        self.session.send(ClientMessage {
            id,
            request: Request::Board(request),
        });
        id
    }

    fn ask(&mut self, request: Request) -> anyhow::Result<(Reply, Instant)> {
        let id = self.next;
        self.next += 1;
        self.session.send(ClientMessage { id, request });
        loop {
            let (answered, answer, at) = self
                .answers
                .recv_timeout(PATIENCE)
                .context("no answer came")?;
            match answer {
                Answer::Fault(fault) => bail!("{}", fault.message),
                Answer::Ok(reply) if answered == id => return Ok((reply, at)),
                Answer::Ok(_) => {}
            }
        }
    }

    pub(crate) fn home(&mut self, request: HomeRequest) -> anyhow::Result<HomeReply> {
        match self.ask(Request::Home(request))?.0 {
            Reply::Home(reply) => Ok(reply),
            Reply::Board(_) => bail!("an answer of another kind came"),
        }
    }

    pub(crate) fn board(&mut self, request: BoardRequest) -> anyhow::Result<(BoardReply, Instant)> {
        match self.ask(Request::Board(request))? {
            (Reply::Board(reply), at) => Ok((reply, at)),
            (Reply::Home(_), _) => bail!("an answer of another kind came"),
        }
    }

    /// Opens a board; answers its notes and when they were there.
    pub(crate) fn open(&mut self, board: BoardId) -> anyhow::Result<(usize, Instant)> {
        match self.board(BoardRequest::Open { board })? {
            (BoardReply::Opened { snapshot, .. }, at) => Ok((notes(&snapshot.records), at)),
            _ => bail!("an answer of another kind came"),
        }
    }

    pub(crate) fn new_board(&mut self) -> anyhow::Result<BoardId> {
        let (template, title, team) = (String::new(), "Figures".to_owned(), String::new());
        match self.home(HomeRequest::NewBoard {
            template,
            title,
            team,
        })? {
            HomeReply::Made { board, .. } => Ok(board),
            _ => bail!("an answer of another kind came"),
        }
    }

    pub(crate) fn invite(&mut self, board: BoardId) -> anyhow::Result<String> {
        let request = HomeRequest::Invite {
            board,
            role: runtime::Role::TakePart,
            hours: 1,
        };
        match self.home(request)? {
            HomeReply::Ticket { ticket, .. } => Ok(ticket),
            _ => bail!("an answer of another kind came"),
        }
    }
}

pub(crate) fn notes(records: &[Record]) -> usize {
    records
        .iter()
        .filter(|record| matches!(record, Record::Note(_)))
        .count()
}

/// A whole Upshot but its window, reachable on this machine only.
pub(crate) fn start(tokio: &tokio::runtime::Runtime, profile: &Path) -> anyhow::Result<Runtime> {
    let config = Config {
        profile: profile.to_owned(),
        reach: Reach::Loopback,
    };
    Ok(tokio.block_on(Runtime::start(config))?)
}

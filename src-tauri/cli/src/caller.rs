//! One session with the runtime, as calls that wait for their answers.

use anyhow::{Context, bail};
use runtime::protocol::{
    Answer, ClientMessage, HomeEvent, HomeReply, HomeRequest, Reply, Request, ServerMessage,
};
use runtime::{BoardEvent, BoardReply, BoardRequest, Handle, Session};
use tokio::sync::mpsc;

pub(crate) struct Caller {
    session: Session,
    messages: mpsc::UnboundedReceiver<ServerMessage>,
    next: u32,
}

impl Caller {
    pub(crate) fn new(handle: &Handle) -> Self {
        let (sender, messages) = mpsc::unbounded_channel();
        let session = handle.session(Box::new(move |message| {
            sender.send(message.clone()).is_ok()
        }));
        Self {
            session,
            messages,
            next: 1,
        }
    }

    async fn ask(&mut self, request: Request) -> anyhow::Result<Reply> {
        let id = self.next;
        self.next += 1;
        self.session.send(ClientMessage { id, request });
        loop {
            match self.messages.recv().await.context("Upshot ended")? {
                ServerMessage::Answer {
                    id: answered,
                    answer,
                } if answered == id => {
                    return match answer {
                        Answer::Ok(reply) => Ok(reply),
                        Answer::Fault(fault) => Err(anyhow::anyhow!(fault.message)),
                    };
                }
                _ => {}
            }
        }
    }

    /// Asks this laptop.
    pub(crate) async fn home(&mut self, request: HomeRequest) -> anyhow::Result<HomeReply> {
        match self.ask(Request::Home(request)).await? {
            Reply::Home(reply) => Ok(reply),
            Reply::Board(_) => bail!("an answer of another kind came"),
        }
    }

    /// Asks the engine.
    pub(crate) async fn board(&mut self, request: BoardRequest) -> anyhow::Result<BoardReply> {
        match self.ask(Request::Board(request)).await? {
            Reply::Board(reply) => Ok(reply),
            Reply::Home(_) => bail!("an answer of another kind came"),
        }
    }

    /// The next event of a board, or `None` at the end.
    pub(crate) async fn event(&mut self) -> Option<BoardEvent> {
        loop {
            if let ServerMessage::Board(event) = self.messages.recv().await? {
                return Some(event);
            }
        }
    }

    /// The next event of this laptop's, or `None` at the end.
    pub(crate) async fn home_event(&mut self) -> Option<HomeEvent> {
        loop {
            if let ServerMessage::Home(event) = self.messages.recv().await? {
                return Some(event);
            }
        }
    }
}

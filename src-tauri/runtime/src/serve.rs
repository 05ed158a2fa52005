//! The UI for a browser on this machine, with the real engine behind it.

use crate::start::Handle;
use crate::wire;
use door::{Door, Limits, Visitor};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Why the UI could not be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The system gives no random numbers.
    #[error("this system gives no random numbers, so no safe address can be made")]
    NoRandomness,
    /// The port could not be listened on.
    #[error(transparent)]
    Open(#[from] door::OpenError),
}

/// A served UI. Ends when dropped.
#[derive(Debug)]
pub struct Served {
    door: Door,
    token: String,
    arrivals: JoinHandle<()>,
}

impl Served {
    /// The address to open in a browser. The token in it lets in whoever has it.
    pub fn url(&self) -> String {
        format!("http://{}/#token={}", self.door.address(), self.token)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.arrivals.abort();
    }
}

/// Serves the UI on loopback; `port` 0 takes a free one.
///
/// # Errors
/// See [`ServeError`].
pub async fn serve(handle: Handle, port: u16) -> Result<Served, ServeError> {
    let mut secret = [0u8; 24];
    getrandom::fill(&mut secret).map_err(|_| ServeError::NoRandomness)?;
    let token = data_encoding::BASE64URL_NOPAD.encode(&secret);
    let config = door::Config {
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        hosts: vec!["localhost".into()],
        token: token.clone(),
        limits: Limits::OWNER,
    };
    let (door, mut visitors) = Door::open(config).await?;
    let arrivals = tokio::spawn(async move {
        while let Some(visitor) = visitors.recv().await {
            tokio::spawn(attend(handle.clone(), visitor));
        }
    });
    Ok(Served {
        door,
        token,
        arrivals,
    })
}

async fn attend(handle: Handle, visitor: Visitor) {
    let Visitor {
        mut incoming,
        outgoing,
        ..
    } = visitor;
    let (slow, mut is_slow) = mpsc::channel::<()>(1);
    let replies = outgoing.clone();
    let session = handle.session(Box::new(move |message| {
        let Some(text) = wire::encode(message) else {
            return true;
        };
        let sent = replies.try_send(text).is_ok();
        if !sent {
            let _ = slow.try_send(());
        }
        sent
    }));
    loop {
        let text = tokio::select! {
            text = incoming.recv() => text,
            // It does not read: it comes back and opens its boards again.
            _ = is_slow.recv() => None,
        };
        let Some(text) = text else { break };
        match wire::decode(&text) {
            Ok(message) => session.send(message),
            Err(answer) => {
                if let Some(text) = wire::encode(&answer)
                    && outgoing.send(text).await.is_err()
                {
                    break;
                }
            }
        }
    }
}

//! The listening side: checks every request's `Host` and `Origin`, then serves or upgrades.

use crate::limits::Gatekeeper;
use crate::{Limits, assets, session};
use axum::Router;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::any;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

/// How a door is opened.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it listens; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Host names (without port) it answers to, besides the address it is bound to.
    pub hosts: Vec<String>,
    /// What a session must say first. Unguessable: 128 random bits or more, as text.
    pub token: String,
    /// Its bounds.
    pub limits: Limits,
}

/// Why a door could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address is taken or not this machine's.
    #[error("could not listen on {address}: {source}. Close what uses it, or choose another port")]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A session that has shown the token. Text in, text out; dropping both ends closes it.
#[derive(Debug)]
pub struct Visitor {
    /// Where it comes from.
    pub address: IpAddr,
    /// Its messages; ends when it has gone.
    pub incoming: mpsc::Receiver<String>,
    /// Messages to it. Full when it does not read: close it then, it will come back.
    pub outgoing: mpsc::Sender<String>,
}

/// An open door. Closes when dropped.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    _close: watch::Sender<()>,
}

pub(crate) struct Shared {
    pub(crate) hosts: Vec<String>,
    pub(crate) token: blake3::Hash,
    pub(crate) limits: Limits,
    pub(crate) gatekeeper: Gatekeeper,
    pub(crate) visitors: mpsc::Sender<Visitor>,
    pub(crate) closing: watch::Receiver<()>,
}

impl Door {
    /// Opens a door; visitors arrive on the receiver.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn open(config: Config) -> Result<(Self, mpsc::Receiver<Visitor>), OpenError> {
        let listen = |source| OpenError::Listen {
            address: config.bind,
            source,
        };
        let listener = TcpListener::bind(config.bind).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let (close, closing) = watch::channel(());
        let (visitors, arrivals) = mpsc::channel(16);
        let mut hosts: Vec<String> = config
            .hosts
            .iter()
            .map(|host| format!("{host}:{}", address.port()))
            .collect();
        hosts.push(address.to_string());
        let shared = Arc::new(Shared {
            hosts,
            token: blake3::hash(config.token.as_bytes()),
            limits: config.limits,
            gatekeeper: Gatekeeper::default(),
            visitors,
            closing: closing.clone(),
        });
        let app = Router::new()
            .route("/session", any(upgrade))
            .fallback(page)
            .with_state(shared)
            .into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move {
            let mut closing = closing;
            let closed = async move { while closing.changed().await.is_ok() {} };
            let served = axum::serve(listener, app)
                .with_graceful_shutdown(closed)
                .await;
            if let Err(error) = served {
                tracing::warn!(%error, "the door closed");
            }
        });
        Ok((
            Self {
                address,
                _close: close,
            },
            arrivals,
        ))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Shared {
    fn knows_host(&self, headers: &HeaderMap) -> bool {
        let host = headers
            .get(header::HOST)
            .and_then(|value| value.to_str().ok());
        host.is_some_and(|host| {
            self.hosts
                .iter()
                .any(|known| known.eq_ignore_ascii_case(host))
        })
    }

    fn knows_origin(&self, headers: &HeaderMap) -> bool {
        let origin = headers
            .get(header::ORIGIN)
            .and_then(|value| value.to_str().ok());
        let host = origin.and_then(|origin| origin.strip_prefix("http://"));
        host.is_some_and(|host| {
            self.hosts
                .iter()
                .any(|known| known.eq_ignore_ascii_case(host))
        })
    }
}

async fn page(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    if !shared.knows_host(request.headers()) {
        return assets::refuse(StatusCode::FORBIDDEN, "This address is not the door's.");
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return assets::refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "Only pages are served here.",
        );
    }
    assets::respond(request.uri().path())
}

async fn upgrade(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    if !shared.knows_host(request.headers()) || !shared.knows_origin(request.headers()) {
        return assets::refuse(StatusCode::FORBIDDEN, "This page is not the door's.");
    }
    let (mut parts, _) = request.into_parts();
    let Ok(socket) = WebSocketUpgrade::from_request_parts(&mut parts, &shared).await else {
        return assets::refuse(StatusCode::BAD_REQUEST, "A WebSocket is expected here.");
    };
    let now = tokio::time::Instant::now();
    let Some(seat) = shared.gatekeeper.seat(from.ip(), &shared.limits, now) else {
        return assets::refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "The door is full. Wait a little.",
        );
    };
    socket
        .max_message_size(shared.limits.message)
        .max_frame_size(shared.limits.message)
        .max_write_buffer_size(4 * 1024 * 1024)
        .on_upgrade(move |socket| session::carry(socket, from.ip(), seat, shared))
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{SinkExt, StreamExt};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;
    use tokio_tungstenite::tungstenite::{Error, Message};
    use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

    async fn open(limits: Limits) -> (Door, mpsc::Receiver<Visitor>) {
        let bind = SocketAddr::from(([127, 0, 0, 1], 0));
        let config = Config {
            bind,
            hosts: vec!["localhost".into()],
            token: "0123456789abcdef0123456789abcdef".into(),
            limits,
        };
        Door::open(config).await.unwrap()
    }

    async fn socket(
        door: &Door,
        origin: &str,
    ) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Error> {
        let mut request = format!("ws://{}/session", door.address())
            .into_client_request()
            .unwrap();
        request
            .headers_mut()
            .insert("origin", origin.parse().unwrap());
        tokio_tungstenite::connect_async(request)
            .await
            .map(|(socket, _)| socket)
    }

    async fn get(door: &Door, host: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(door.address()).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    const TOKEN: &str = r#"{"token":"0123456789abcdef0123456789abcdef"}"#;

    #[tokio::test]
    async fn a_session_carries_text_both_ways() {
        let (door, mut arrivals) = open(Limits::OWNER).await;
        let mut socket = socket(&door, &format!("http://{}", door.address()))
            .await
            .unwrap();
        socket.send(Message::text(TOKEN)).await.unwrap();
        socket.send(Message::text("hello")).await.unwrap();
        let mut visitor = arrivals.recv().await.unwrap();
        assert_eq!(visitor.incoming.recv().await.as_deref(), Some("hello"));
        visitor.outgoing.send("welcome".into()).await.unwrap();
        assert_eq!(
            socket.next().await.unwrap().unwrap(),
            Message::text("welcome")
        );
        drop(socket);
        assert_eq!(visitor.incoming.recv().await, None);
    }

    #[tokio::test]
    async fn r15_another_site_s_page_gets_no_socket() {
        let (door, _arrivals) = open(Limits::OWNER).await;
        for origin in [
            "http://evil.example",
            "null",
            "https://127.0.0.1",
            "http://127.0.0.1:1",
        ] {
            let refused = socket(&door, origin).await;
            assert!(
                matches!(refused, Err(Error::Http(answer)) if answer.status() == 403),
                "{origin}"
            );
        }
    }

    #[tokio::test]
    async fn r15_another_host_name_gets_nothing() {
        let (door, _arrivals) = open(Limits::OWNER).await;
        let answer = get(&door, "evil.example", "/").await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        let own = get(
            &door,
            &format!("localhost:{}", door.address().port()),
            "/x.js",
        )
        .await;
        assert!(own.starts_with("HTTP/1.1 404"), "{own}");
        assert!(
            own.contains("content-security-policy: default-src 'none'"),
            "{own}"
        );
    }

    #[tokio::test]
    async fn r15_a_wrong_token_is_closed_with_its_code_and_then_the_address_waits() {
        let (door, _arrivals) = open(Limits::OWNER).await;
        let origin = format!("http://{}", door.address());
        for first in [r#"{"token":"guess"}"#, "{}", "[", r#"{"token":1}"#, ""] {
            let mut socket = socket(&door, &origin).await.unwrap();
            socket.send(Message::text(first)).await.unwrap();
            let Some(Ok(Message::Close(Some(frame)))) = socket.next().await else {
                unreachable!("closed with a code")
            };
            assert_eq!(u16::from(frame.code), 4401);
        }
        let refused = socket(&door, &origin).await;
        assert!(matches!(refused, Err(Error::Http(answer)) if answer.status() == 429));
    }

    #[tokio::test]
    async fn r15_a_flood_closes_the_session_that_sends_it() {
        let (door, mut arrivals) = open(Limits::GUESTS).await;
        let mut socket = socket(&door, &format!("http://{}", door.address()))
            .await
            .unwrap();
        socket.send(Message::text(TOKEN)).await.unwrap();
        let mut visitor = arrivals.recv().await.unwrap();
        let reader = tokio::spawn(async move { while visitor.incoming.recv().await.is_some() {} });
        for _ in 0..200 {
            if socket.send(Message::text("x")).await.is_err() {
                break;
            }
        }
        reader.await.unwrap();
        let mut code = None;
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Close(Some(frame)) = message {
                code = Some(u16::from(frame.code));
            }
        }
        assert_eq!(code, Some(4429));
    }

    #[tokio::test]
    async fn r15_an_oversized_message_ends_the_session() {
        let (door, mut arrivals) = open(Limits::GUESTS).await;
        let mut socket = socket(&door, &format!("http://{}", door.address()))
            .await
            .unwrap();
        socket.send(Message::text(TOKEN)).await.unwrap();
        let mut visitor = arrivals.recv().await.unwrap();
        let big = "x".repeat(Limits::GUESTS.message + 1);
        let _ = socket.send(Message::text(big)).await;
        assert_eq!(visitor.incoming.recv().await, None);
    }

    #[tokio::test]
    async fn a_dropped_door_says_goodbye() {
        let (door, mut arrivals) = open(Limits::OWNER).await;
        let mut socket = socket(&door, &format!("http://{}", door.address()))
            .await
            .unwrap();
        socket.send(Message::text(TOKEN)).await.unwrap();
        let _visitor = arrivals.recv().await.unwrap();
        drop(door);
        let Some(Ok(Message::Close(Some(frame)))) = socket.next().await else {
            unreachable!("closed with a code")
        };
        assert_eq!(u16::from(frame.code), 1001);
    }
}

//! HTTP and WebSocket: serves the built UI to a browser and carries its sessions as text messages.
//!
//! There are two routes: the UI's files, and `/session`, a WebSocket whose first message must be
//! `{"token": "…"}`. WebSockets are outside CORS, so `Host` and `Origin` are checked exactly.
//! The token travels in the page's fragment and in that message, never in a request line or a
//! cookie, so it is in no log and no other site can use it. What is said in a session is opaque
//! here: the [`Visitor`] gets and sends text.
//!
//! There is no clock of the board, no board, and no file outside the embedded UI here.

mod assets;
mod limits;
mod server;
mod session;

pub use limits::Limits;
pub use server::{Config, Door, OpenError, Visitor};

/// Whether the UI has been built into (or, in debug builds, beside) this program.
pub fn ui_is_built() -> bool {
    assets::file("index.html").is_some()
}

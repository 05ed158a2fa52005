//! The tokio loop that carries out the engine's outputs with store, link and door.
//!
//! One thread owns the [`Engine`](engine::Engine) (`core.rs`): it takes what sessions, peers,
//! the disk and the timer say, one after the other, and carries out what the engine answers,
//! never waiting. What takes time runs on tokio and comes back as another input. What is about
//! this laptop rather than one board (the list of boards, tickets, import) is answered in `home/`.
//!
//! There is no rule of a board here, no SQL, no wire format, and no window.

mod access;
mod clock;
mod core;
mod files;
mod folders;
mod home;
mod logs;
mod marker;
mod members;
mod mesh;
mod peers;
pub mod protocol;
mod secrets;
mod serve;
mod shared;
mod start;
#[cfg(test)]
mod tests;
mod wire;

pub use board::wording::{Hint, hints as wording_hints};
pub use board::{BoardId, ExportOptions, Role};
pub use core::Session;
pub use engine::protocol::{BoardEvent, BoardReply, BoardRequest, ExportFormat, Fault, FaultCode};
pub use files::{from_base64, to_base64, write_file};
pub use logs::{log_to, log_to_terminal};
pub use serve::{ServeError, Served, serve};
pub use start::{Config, Handle, Reach, Runtime, StartError, default_profile};

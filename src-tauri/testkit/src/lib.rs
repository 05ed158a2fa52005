//! A simulated world for tests: laptops with real engines, and everything around them made up and
//! replayable from one seed (a virtual clock, a network that delays, drops and parts, disks that
//! are slow, fail, and lose what was not written when the machine goes down).
//!
//! ```text
//! World ── laptops ── Engine (the real one)
//!   │         ├── Disk: what survives a crash
//!   │         └── Ui: sessions with mirrors of the board and text editors
//!   └── Network: connections, each two lanes a direction, in order, until it breaks
//! ```
//!
//! [`World::run`] plays a seed to its end and checks what must hold: everybody holds the same
//! board, what was said to be saved is there, every session's mirror is its engine's board, batches
//! have no gaps, and what laptops that may only look on wrote is nowhere else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod disk;
mod editor;
mod laptop;
mod network;
mod ui;
mod world;

pub use laptop::{Laptop, LaptopId};
pub use world::{Report, World};

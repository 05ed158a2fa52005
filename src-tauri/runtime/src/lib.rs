//! The tokio loop that carries out the engine's outputs with store, link and door.

pub mod protocol;

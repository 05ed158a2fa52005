//! The sans-IO core: inputs in, outputs out; no clock, no thread, no network.

pub mod protocol;

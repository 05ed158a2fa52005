//! Simulated network, clock and store, and whole-system scenarios; tests only

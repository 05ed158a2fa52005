//! Boards without a window.
fn main() {}

//! Generates the Tauri context.
fn main() {}

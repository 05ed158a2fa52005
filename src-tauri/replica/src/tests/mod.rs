#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod apart;
mod convergence;
mod hostile;
mod merge_rules;
mod one_way_in;
mod stranger;
mod sync;
mod taking_back;
mod texts;
mod world;

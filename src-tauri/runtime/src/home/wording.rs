//! A better question while somebody writes.

use super::{Outcome, storage};
use crate::protocol::HomeReply;
use crate::shared::{Shared, lock};

/// The longest text looked at, in bytes: a note's beginning says enough.
const MOST: usize = 8 * 1024;

/// The hints of a text that its writer wants to see.
pub(crate) async fn hints(shared: &Shared, mut text: String) -> Outcome {
    let (on, dismissed) = {
        let me = lock(&shared.me);
        (me.hints, me.no_hints.clone())
    };
    if !on {
        return Ok(HomeReply::Hints { hints: Vec::new() });
    }
    let mut end = text.len().min(MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    // The first call makes the rules, which takes a moment.
    let mut hints = tokio::task::spawn_blocking(move || board::wording::hints(&text))
        .await
        .map_err(storage)?;
    hints.retain(|hint| !dismissed.contains(&hint.rule));
    Ok(HomeReply::Hints { hints })
}

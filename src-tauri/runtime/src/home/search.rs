//! Finding boards and notes by their words.

use super::{Outcome, storage};
use crate::protocol::{Hit, HomeReply};
use crate::shared::Shared;
use std::collections::BTreeMap;

/// Hits shown: a screenful while typing.
const MAX_HITS: u32 = 40;
/// The longest query looked at, in characters.
const MAX_QUERY: usize = 200;

/// The key under which a board's title and team are indexed.
pub(crate) const TITLE: &str = "title";

pub(crate) fn search(shared: &Shared, query: &str) -> Outcome {
    let query: String = query.chars().take(MAX_QUERY).collect();
    if query.trim().is_empty() {
        return Ok(HomeReply::Found { hits: Vec::new() });
    }
    let titles: BTreeMap<String, String> = shared
        .store
        .boards()
        .map_err(storage)?
        .rows
        .into_iter()
        .filter(|board| board.removed_ms.is_none())
        .map(|board| (board.id, board.title))
        .collect();
    let found = shared.store.search(&query, MAX_HITS).map_err(storage)?;
    let hits = found
        .into_iter()
        .filter_map(|found| {
            Some(Hit {
                board: found.board.parse().ok()?,
                title: titles.get(&found.board)?.clone(),
                key: found.key.parse().ok(),
                text: found.excerpt,
            })
        })
        .collect();
    Ok(HomeReply::Found { hits })
}

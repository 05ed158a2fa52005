//! The library of bright spots.

use super::{Outcome, fault, storage};
use crate::clock;
use crate::files::to_base64;
use crate::protocol::HomeReply;
use crate::shared::Shared;
use board::library::{BrightSpot, SpotError, Trial};
use engine::protocol::{Fault, FaultCode};
use store::{Kept, Write};

/// Bright spots shown for a search: a screenful or two.
const MAX_FOUND: u32 = 60;
/// The longest query looked at, in characters.
const MAX_QUERY: usize = 2_000;

pub(crate) fn list(shared: &Shared, query: &str, any: bool) -> Outcome {
    let query: String = query.chars().take(MAX_QUERY).collect();
    if query.trim().is_empty() && !any {
        let kept = shared.store.library().map_err(storage)?.rows;
        let spots = kept.iter().filter_map(|kept| read(&kept.body)).collect();
        return Ok(HomeReply::BrightSpots { spots });
    }
    let found = shared
        .store
        .search_library(&query, !any, MAX_FOUND)
        .map_err(storage)?;
    let mut spots = Vec::new();
    for id in found {
        let kept = shared.store.kept(&id).map_err(storage)?;
        spots.extend(kept.and_then(|kept| read(&kept.body)));
    }
    Ok(HomeReply::BrightSpots { spots })
}

/// The words as given; what is known of it by now, its story, stays.
pub(crate) fn keep(shared: &Shared, spot: BrightSpot) -> Outcome {
    let mut spot = spot.checked().map_err(unfit)?;
    spot.trials = find(shared, &spot.id)?.map_or(Vec::new(), |known| known.trials);
    spot.changed_ms = clock::unix_ms();
    store(shared, spot)
}

pub(crate) fn tell(shared: &Shared, id: &str, trial: Trial) -> Outcome {
    let mut spot = known(shared, id)?;
    spot.trials.push(trial);
    store(shared, spot.checked().map_err(unfit)?)
}

pub(crate) fn forget(shared: &Shared, id: &str) -> Outcome {
    let id = id.to_owned();
    shared
        .store
        .commit(vec![Write::Forget { id }])
        .map_err(storage)?;
    Ok(HomeReply::Done)
}

pub(crate) fn file(shared: &Shared, id: &str) -> Outcome {
    let spot = known(shared, id)?;
    let mut titled = board::Board::default();
    titled.meta.title = spot.practice.chars().take(60).collect();
    Ok(HomeReply::File {
        name: board::export::file_name(&titled, "json"),
        bytes: to_base64(spot.to_json().as_bytes()),
    })
}

/// A file came: its words where they are newer, and its story on top of ours.
pub(crate) fn import(shared: &Shared, json: &str) -> Outcome {
    let spot =
        BrightSpot::parse(json).map_err(|error| fault(FaultCode::Unreadable, sentence(&error)))?;
    let spot = match find(shared, &spot.id)? {
        Some(known) => known.merged(spot),
        None => spot,
    };
    store(shared, spot)
}

fn store(shared: &Shared, spot: BrightSpot) -> Outcome {
    let kept = Kept {
        id: spot.id.clone(),
        changed_ms: spot.changed_ms,
        body: serde_json::to_string(&spot).map_err(storage)?,
        words: spot.words(),
    };
    shared
        .store
        .commit(vec![Write::Keep(kept)])
        .map_err(storage)?;
    Ok(HomeReply::BrightSpots { spots: vec![spot] })
}

fn find(shared: &Shared, id: &str) -> Result<Option<BrightSpot>, Fault> {
    let kept = shared.store.kept(id).map_err(storage)?;
    Ok(kept.and_then(|kept| read(&kept.body)))
}

fn known(shared: &Shared, id: &str) -> Result<BrightSpot, Fault> {
    find(shared, id)?.ok_or_else(|| {
        fault(
            FaultCode::Gone,
            "This bright spot is not in the library any more.",
        )
    })
}

fn read(body: &str) -> Option<BrightSpot> {
    serde_json::from_str(body).ok()
}

fn unfit(error: SpotError) -> Fault {
    let code = match error {
        SpotError::TooLong(_) => FaultCode::TooLarge,
        SpotError::Form | SpotError::Newer | SpotError::Empty => FaultCode::Malformed,
    };
    fault(code, sentence(&error))
}

/// An error as a sentence of its own.
fn sentence(error: &SpotError) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

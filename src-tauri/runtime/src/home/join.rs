//! Joining boards of others.

use super::{Outcome, boards, fault, storage};
use crate::protocol::{HomeEvent, HomeReply};
use crate::shared::{Shared, lock};
use crate::{clock, peers};
use board::BoardId;
use engine::Input;
use engine::protocol::{Fault, FaultCode};
use link::{RedeemError, SpokenCode, Ticket};
use std::sync::Arc;
use store::Write;

pub(crate) async fn join(shared: &Arc<Shared>, text: &str) -> Outcome {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let ticket: Ticket = text.parse().map_err(|error: link::TicketError| {
        fault(FaultCode::Unreadable, sentence(&error.to_string()))
    })?;
    join_by(shared, &ticket).await
}

async fn join_by(shared: &Arc<Shared>, ticket: &Ticket) -> Outcome {
    let name = ticket.board().as_str().to_owned();
    let board: BoardId = name.parse().map_err(|_| {
        fault(
            FaultCode::Unreadable,
            "the ticket names no board; ask for a new one",
        )
    })?;
    let is_new = shared.store.board(&name).map_err(storage)?.is_none();
    // The board must be here before the first of its frames is.
    let row = if is_new {
        let title = ticket.title().unwrap_or("A board being joined").to_owned();
        Write::PutBoard(boards::row(board, title, String::new(), String::new()))
    } else {
        Write::RestoreBoard {
            board: name.clone(),
        }
    };
    shared.store.commit(vec![row]).map_err(storage)?;
    let held = shared.access.held(&name);
    let offered = ticket.credential();
    let better = held
        .as_ref()
        .is_none_or(|held| held.root() != offered.root() || held.role() < offered.role());
    if better {
        shared.access.admit(offered);
    }
    if let Err(error) = shared.link().join(ticket).await {
        // A ticket that opens nothing leaves nothing behind.
        match held {
            Some(held) => shared.access.admit(held),
            None => shared.access.forget(&name),
        }
        if is_new {
            let at_ms = clock::unix_ms();
            let remove = Write::RemoveBoard {
                board: name.clone(),
                at_ms,
            };
            shared
                .store
                .commit(vec![remove, Write::DeleteBoard { board: name }])
                .map_err(storage)?;
        }
        return Err(fault(FaultCode::Unreachable, sentence(&error.to_string())));
    }
    if let Some(role) = shared.access.role(&name) {
        shared.tell(Input::RoleChanged { board, role });
    }
    peers::keep_membership(shared, &name, Some(ticket.host()));
    peers::call(shared, &name);
    shared.boards_changed.notify_one();
    Ok(HomeReply::Made {
        board,
        merged: !is_new,
    })
}

pub(crate) async fn look(shared: &Arc<Shared>, on: bool) -> Outcome {
    if !on {
        let mut nearby = lock(&shared.nearby);
        nearby.browsing = None;
        nearby.offers.clear();
        return Ok(HomeReply::Done);
    }
    if lock(&shared.nearby).browsing.is_none() {
        let browsing = shared
            .link()
            .browse()
            .await
            .map_err(|error| fault(FaultCode::Unreachable, sentence(&error.to_string())))?;
        lock(&shared.nearby).browsing = Some(browsing);
    }
    shared.broadcast(HomeEvent::Nearby {
        offers: shared.nearby_offers(),
    });
    Ok(HomeReply::Done)
}

pub(crate) async fn join_nearby(shared: &Arc<Shared>, offer: &str, code: &str) -> Outcome {
    let code: SpokenCode = code.parse().map_err(|error: link::SpokenCodeError| {
        fault(FaultCode::Malformed, sentence(&error.to_string()))
    })?;
    let found = lock(&shared.nearby).offers.get(offer).cloned();
    let Some(found) = found else {
        return Err(fault(
            FaultCode::Gone,
            "This board is no longer offered. Ask for a new code.",
        ));
    };
    let ticket = shared
        .link()
        .redeem(&found.addr, &code)
        .await
        .map_err(redeemed)?;
    join_by(shared, &ticket).await
}

fn redeemed(error: RedeemError) -> Fault {
    let code = match error {
        RedeemError::WrongCode | RedeemError::CodeClosed => FaultCode::NotAllowed,
        _ => FaultCode::Unreachable,
    };
    fault(code, sentence(&error.to_string()))
}

/// Errors of the link are phrases; people get sentences.
fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let first = letters
        .next()
        .map(|c| c.to_uppercase().collect::<String>())
        .unwrap_or_default();
    let rest = letters.as_str().trim_end_matches('.');
    format!("{first}{rest}.")
}

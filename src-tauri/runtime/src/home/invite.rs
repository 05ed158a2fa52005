//! Letting people in, and no longer.

use super::{Outcome, fault, storage};
use crate::access::{Standings, key_text, link_role};
use crate::protocol::{HomeEvent, HomeReply};
use crate::shared::{OpenOffer, Shared, lock};
use crate::{clock, members, peers};
use board::{BoardId, Role};
use engine::protocol::{Fault, FaultCode};
use link::{InviteError, Ticket, Title};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use std::sync::Arc;
use store::{Setting, Write};

/// The longest a ticket lasts, in hours: a month.
const MAX_HOURS: u32 = 31 * 24;
const HOUR_MS: u64 = 60 * 60 * 1_000;
/// A code is spoken in a meeting; the way in behind it ends with the day.
const OFFER_HOURS: u32 = 8;

/// Where what is remembered of a board's invitations is kept.
pub(crate) fn standings_key(board: &str) -> String {
    format!("standings:{board}")
}

fn store_standings(shared: &Shared, board: &str, standings: &Standings) -> Result<(), Fault> {
    let value = serde_json::to_string(standings).map_err(storage)?;
    let setting = Setting {
        key: standings_key(board),
        value,
    };
    shared
        .store
        .commit(vec![Write::PutSetting(setting)])
        .map(|_| ())
        .map_err(storage)
}

fn change(shared: &Shared, board: &str, change: impl FnOnce(&mut Standings)) -> Result<(), Fault> {
    let Some(standings) = shared.access.change(board, change) else {
        return Err(fault(FaultCode::Gone, "this board is not on this laptop"));
    };
    store_standings(shared, board, &standings)
}

fn title(shared: &Shared, board: BoardId) -> Result<Option<Title>, Fault> {
    let row = shared.store.board(&board.to_string()).map_err(storage)?;
    Ok(row.and_then(|row| Title::shortened(&row.title)))
}

fn ticket(
    shared: &Shared,
    board: BoardId,
    role: Role,
    hours: u32,
    title: Option<Title>,
) -> Result<Ticket, Fault> {
    let name = board.to_string();
    let id = name.parse().map_err(storage)?;
    let hours = hours.clamp(1, MAX_HOURS);
    let expires = clock::unix_ms().unsigned_abs() + u64::from(hours) * HOUR_MS;
    let ticket = shared
        .link()
        .invite(&id, link_role(role), expires, title)
        .map_err(|error| {
            let code = match error {
                InviteError::NotAllowed => FaultCode::NotAllowed,
                InviteError::NotShared => FaultCode::Gone,
                _ => FaultCode::Unreachable,
            };
            fault(code, error.to_string())
        })?;
    change(shared, &name, |standings| {
        standings.given.insert(key_text(&ticket.invitation()));
    })?;
    // From now on the board's peers are called back when they are lost.
    peers::keep_membership(shared, &name, None);
    Ok(ticket)
}

pub(crate) fn invite(shared: &Shared, board: BoardId, role: Role, hours: u32) -> Outcome {
    let title = title(shared, board)?;
    let ticket = ticket(shared, board, role, hours, title)?;
    let text = ticket.to_string();
    // Upper case fits a QR code's alphanumeric mode: a third fewer modules to scan.
    let code = QrCode::with_error_correction_level(text.to_ascii_uppercase(), EcLevel::L).map_err(
        |error| {
            fault(
                FaultCode::TooLarge,
                format!("the ticket does not fit a QR code: {error}"),
            )
        },
    )?;
    let qr = code
        .render::<svg::Color<'_>>()
        .quiet_zone(true)
        .min_dimensions(240, 240)
        .build();
    Ok(HomeReply::Ticket {
        ticket: text,
        qr,
        expires_ms: i64::try_from(ticket.expires_ms()).unwrap_or(i64::MAX),
    })
}

pub(crate) async fn offer(
    shared: &Arc<Shared>,
    board: BoardId,
    role: Role,
    show_title: bool,
) -> Outcome {
    let name = board.to_string();
    let title = title(shared, board)?;
    let ticket = ticket(shared, board, role, OFFER_HOURS, title.clone())?;
    let announced = title.filter(|_| show_title);
    let open = shared
        .link()
        .open_code(&ticket, announced.as_ref())
        .await
        .map_err(|error| fault(FaultCode::Unreachable, error.to_string()))?;
    let code = open.code().to_string();
    let offer = OpenOffer {
        open,
        invitation: ticket.invitation(),
    };
    let replaced = lock(&shared.offers).insert(name, offer);
    if let Some(replaced) = replaced {
        replaced.open.close().await;
    }
    Ok(HomeReply::Code { code })
}

pub(crate) async fn stop_offer(shared: &Shared, board: BoardId) -> Outcome {
    let open = lock(&shared.offers).remove(&board.to_string());
    if let Some(offer) = open {
        offer.open.close().await;
    }
    Ok(HomeReply::Done)
}

/// Three wrong codes: the way in is closed.
pub(crate) fn code_closed(shared: &Shared, invitation: &link::InvitationId) {
    let mut offers = lock(&shared.offers);
    let board = offers
        .iter()
        .find(|(_, offer)| offer.invitation == *invitation)
        .and_then(|(board, _)| board.parse::<BoardId>().ok());
    let Some(board) = board else { return };
    offers.remove(&board.to_string());
    drop(offers);
    let message =
        "Three wrong codes were tried, so this code is closed. Offer the board again for \
        a new one."
            .into();
    shared.broadcast(HomeEvent::OfferEnded { board, message });
}

pub(crate) async fn revoke(shared: &Shared, board: BoardId) -> Outcome {
    let name = board.to_string();
    facilitators_only(shared, &name)?;
    stop_offer(shared, board).await?;
    change(shared, &name, |standings| {
        standings.closed.extend(standings.given.iter().cloned())
    })?;
    members::proclaim(shared, &name.parse().map_err(storage)?);
    Ok(HomeReply::Done)
}

pub(crate) fn dismiss(shared: &Shared, board: BoardId, peer: &str) -> Outcome {
    let name = board.to_string();
    facilitators_only(shared, &name)?;
    let id: link::BoardId = name.parse().map_err(storage)?;
    let wanted = peer
        .parse()
        .ok()
        .map(|id| peers::link_id(engine::PeerId(id)));
    let found = shared
        .link()
        .peers(&id)
        .into_iter()
        .find(|found| Some(found.id()) == wanted);
    let Some(found) = found else {
        return Err(fault(FaultCode::Gone, "this laptop has left already"));
    };
    change(shared, &name, |standings| {
        standings.revoked.insert(key_text(&found.device()));
        // The way it came in would let it in again under the same invitation.
        standings
            .closed
            .extend(found.came_by().as_ref().map(key_text));
    })?;
    members::proclaim(shared, &id);
    shared.link().recheck(&id);
    Ok(HomeReply::Done)
}

fn facilitators_only(shared: &Shared, board: &str) -> Result<(), Fault> {
    match shared.access.role(board) {
        Some(Role::Facilitate) => Ok(()),
        Some(_) => Err(fault(
            FaultCode::NotAllowed,
            "Only a facilitator can do this.",
        )),
        None => Err(fault(FaultCode::Gone, "This board is not on this laptop.")),
    }
}

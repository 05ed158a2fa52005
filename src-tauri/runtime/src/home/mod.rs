//! What sessions ask of this laptop rather than of one board.

mod across;
pub(crate) mod boards;
mod folder;
pub(crate) mod import;
pub(crate) mod invite;
mod join;
mod library;
mod search;
pub(crate) mod settings;
mod templates;
mod wording;

use crate::core::Work;
use crate::protocol::{Answer, HomeReply, HomeRequest, Reply};
use crate::shared::Shared;
use engine::SessionId;
use engine::protocol::{Fault, FaultCode};
use std::sync::Arc;

pub(crate) type Outcome = Result<HomeReply, Fault>;

/// Answers a request.
pub(crate) async fn answer(shared: Arc<Shared>, session: SessionId, id: u32, request: HomeRequest) {
    let answer = match carry_out(&shared, request).await {
        Ok(reply) => Answer::Ok(Reply::Home(reply)),
        Err(fault) => Answer::Fault(fault),
    };
    shared.core.send(Work::Answer {
        session,
        id,
        answer: Box::new(answer),
    });
}

async fn carry_out(shared: &Arc<Shared>, request: HomeRequest) -> Outcome {
    match request {
        HomeRequest::Me => Ok(settings::reply(shared)),
        HomeRequest::SetMe { name, tint } => settings::set_me(shared, &name, tint),
        HomeRequest::SetSetting { setting } => settings::set(shared, setting),
        HomeRequest::Wording { text } => wording::hints(shared, text).await,
        HomeRequest::Boards => Ok(HomeReply::Boards {
            boards: boards::cards(shared)?,
        }),
        HomeRequest::Templates => Ok(templates::list(shared)),
        HomeRequest::SaveTemplate {
            board,
            name,
            question,
        } => templates::save(shared, board, &name, &question).await,
        HomeRequest::RemoveTemplate { template } => templates::remove(shared, &template),
        HomeRequest::TemplateFile { template } => templates::file(shared, &template),
        HomeRequest::FollowUps => across::followups(shared),
        HomeRequest::Teams => across::teams(shared),
        HomeRequest::BrightSpots { query, any } => library::list(shared, &query, any),
        HomeRequest::KeepBrightSpot { spot } => library::keep(shared, spot),
        HomeRequest::TellTrial { id, trial } => library::tell(shared, &id, trial),
        HomeRequest::ForgetBrightSpot { id } => library::forget(shared, &id),
        HomeRequest::BrightSpotFile { id } => library::file(shared, &id),
        HomeRequest::NewBoard {
            template,
            title,
            team,
        } => boards::new_board(shared, &template, &title, &team).await,
        HomeRequest::Import { name, bytes } => import::import(shared, &name, &bytes).await,
        HomeRequest::BoardFile { board } => import::board_file(shared, board).await,
        HomeRequest::Folder { board } => Ok(folder::told(shared, board)),
        HomeRequest::SetFolder { board, path } => folder::set(shared, board, path).await,
        HomeRequest::OpenFolder { path } => folder::open(shared, &path).await,
        HomeRequest::Remove { board } => boards::remove(shared, board),
        HomeRequest::Restore { board } => boards::restore(shared, board),
        HomeRequest::Search { query } => search::search(shared, &query),
        HomeRequest::Invite { board, role, hours } => invite::invite(shared, board, role, hours),
        HomeRequest::Offer {
            board,
            role,
            show_title,
        } => invite::offer(shared, board, role, show_title).await,
        HomeRequest::StopOffer { board } => invite::stop_offer(shared, board).await,
        HomeRequest::Revoke { board } => invite::revoke(shared, board).await,
        HomeRequest::Dismiss { board, peer } => invite::dismiss(shared, board, &peer),
        HomeRequest::Join { ticket } => join::join(shared, &ticket).await,
        HomeRequest::Look { on } => join::look(shared, on).await,
        HomeRequest::JoinNearby { offer, code } => join::join_nearby(shared, &offer, &code).await,
    }
}

pub(crate) fn fault(code: FaultCode, message: impl Into<String>) -> Fault {
    Fault {
        code,
        message: message.into(),
    }
}

pub(crate) fn storage(error: impl std::fmt::Display) -> Fault {
    fault(FaultCode::Storage, error.to_string())
}

/// Random bits for ids.
pub(crate) fn bits() -> Result<u128, Fault> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|_| fault(FaultCode::Storage, "this system gives no random numbers"))?;
    Ok(u128::from_le_bytes(bytes))
}

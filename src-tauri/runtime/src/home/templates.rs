//! Templates: those that come with Upshot, and this laptop's own, one file each in its folder.

use super::{Outcome, bits, fault, storage};
use crate::files::{to_base64, write_file};
use crate::protocol::{HomeReply, TemplateCard};
use crate::shared::Shared;
use board::{BoardId, Template};
use engine::protocol::{Fault, FaultCode};
use std::path::PathBuf;

/// Own templates beside the data of this laptop.
const FOLDER: &str = "templates";
/// The largest file that is read, in bytes; the built-in ones have about 12 KB.
const MAX_FILE: u64 = 1024 * 1024;
/// How many own templates are kept.
const MOST: usize = 200;

pub(crate) fn list(shared: &Shared) -> HomeReply {
    let built_in = board::templates().iter().map(|template| (template, false));
    let own = own(shared);
    let own = own.iter().map(|template| (template, true));
    // The empty board stays last.
    let (mut all, empty): (Vec<_>, Vec<_>) = built_in
        .chain(own)
        .partition(|(template, _)| template.id != "empty");
    all.extend(empty);
    HomeReply::Templates {
        templates: all
            .into_iter()
            .map(|(template, own)| {
                let card = template.card();
                TemplateCard {
                    id: card.id,
                    name: card.name,
                    question: card.question,
                    kinds: card.kinds,
                    minutes: card.minutes,
                    own,
                }
            })
            .collect(),
    }
}

/// A template by its id, the built-in ones first.
pub(crate) fn find(shared: &Shared, id: &str) -> Result<Template, Fault> {
    board::template(id)
        .cloned()
        .or_else(|| own(shared).into_iter().find(|template| template.id == id))
        .ok_or_else(|| {
            fault(
                FaultCode::Gone,
                "This template is not there any more. Choose another one.",
            )
        })
}

pub(crate) async fn save(shared: &Shared, board: BoardId, name: &str, question: &str) -> Outcome {
    let Some(board) = shared.core.look(board).await else {
        return Err(fault(
            FaultCode::Gone,
            "Open the board first, then save it as a template.",
        ));
    };
    let name = name.trim();
    let known = own(shared);
    let id = match known.iter().find(|template| template.name == name) {
        Some(same) => same.id.clone(),
        None if known.len() >= MOST => {
            return Err(fault(
                FaultCode::TooLarge,
                "This laptop keeps 200 templates. Remove one that is not used any more.",
            ));
        }
        None => format!("own-{:016x}", bits()? & u128::from(u64::MAX)),
    };
    let template = Template::of_board(&board, &id, name, question.trim());
    put(shared, &template)?;
    Ok(list(shared))
}

/// A file came. One of ours that is known already is replaced.
pub(crate) fn import(shared: &Shared, json: &str) -> Outcome {
    let template = Template::parse(json).map_err(|error| {
        let text = format!("{error}. Nothing was changed.");
        fault(FaultCode::Unreadable, text)
    })?;
    if board::template(&template.id).is_some() {
        return Err(fault(
            FaultCode::Malformed,
            "This template has the id of one that comes with Upshot. Give it another id.",
        ));
    }
    put(shared, &template)?;
    Ok(HomeReply::TemplateKept {
        template: template.id,
    })
}

/// Whether a JSON text has the form of a template.
pub(crate) fn is_template(json: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Head {
        #[serde(rename = "format")]
        _format: u32,
        #[serde(rename = "sections")]
        _sections: serde::de::IgnoredAny,
    }
    serde_json::from_str::<Head>(json).is_ok()
}

pub(crate) fn remove(shared: &Shared, id: &str) -> Outcome {
    if let Some(template) = own(shared).into_iter().find(|template| template.id == id) {
        std::fs::remove_file(path(shared, &template.id)).map_err(storage)?;
    }
    Ok(list(shared))
}

pub(crate) fn file(shared: &Shared, id: &str) -> Outcome {
    let template = find(shared, id)?;
    let mut titled = board::Board::default();
    titled.meta.title.clone_from(&template.name);
    let json = template.to_json().map_err(storage)?;
    Ok(HomeReply::File {
        name: board::export::file_name(&titled, "json"),
        bytes: to_base64(json.as_bytes()),
    })
}

fn folder(shared: &Shared) -> PathBuf {
    crate::start::folder(shared).join(FOLDER)
}

fn path(shared: &Shared, id: &str) -> PathBuf {
    folder(shared).join(format!("{id}.json"))
}

fn put(shared: &Shared, template: &Template) -> Result<(), Fault> {
    let json = template.to_json().map_err(storage)?;
    // What could not be read again is not kept.
    Template::parse(&json).map_err(|error| {
        let text = format!("{error}. Nothing was saved.");
        fault(FaultCode::Malformed, text)
    })?;
    std::fs::create_dir_all(folder(shared)).map_err(storage)?;
    write_file(&path(shared, &template.id), json.as_bytes()).map_err(storage)
}

/// This laptop's templates, by name. A file that is none is left alone.
fn own(shared: &Shared) -> Vec<Template> {
    let Ok(entries) = std::fs::read_dir(folder(shared)) else {
        return Vec::new();
    };
    let mut templates: Vec<Template> = entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|ext| ext == "json"))
        .filter(|entry| entry.metadata().is_ok_and(|meta| meta.len() <= MAX_FILE))
        .filter_map(|entry| {
            let text = std::fs::read_to_string(entry.path()).ok()?;
            let template = Template::parse(&text).ok()?;
            // The name of the file is the id, so that removing finds it again.
            (entry.path() == path(shared, &template.id)).then_some(template)
        })
        .take(MOST)
        .collect();
    templates.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    templates
}

//! The board's own data and its phases.

use super::draft::Draft;
use super::{Rejection, words};
use crate::{MetaChange, Phase, Record, When};
use std::collections::BTreeSet;

/// The most phases: more than a day's workshop has, few enough for a stepper.
const MAX_PHASES: usize = 50;
/// The most questions or tips of a phase.
const MAX_LINES: usize = 50;
/// The longest phase: a day.
const MAX_MINUTES: u32 = 24 * 60;

pub(super) fn set(draft: &mut Draft<'_>, set: &[MetaChange]) -> Result<(), Rejection> {
    words::count(set.len())?;
    let mut meta = draft.meta().clone();
    for change in set {
        match change {
            MetaChange::Title(title) => meta.title = words::line(title)?,
            MetaChange::Team(team) => meta.team = words::line(team)?,
            MetaChange::HeldOn(day) => meta.held_on = words::date(day)?,
            MetaChange::Promised(label) => {
                let label = words::line(label)?;
                let context = Some(meta.held_on.as_str()).filter(|day| !day.is_empty());
                meta.promised = (!label.is_empty()).then(|| When::parse(&label, context));
            }
        }
    }
    draft.put(Record::Meta(meta));
    Ok(())
}

pub(super) fn go_to_phase(draft: &mut Draft<'_>, phase: &str) -> Result<(), Rejection> {
    let mut meta = draft.meta().clone();
    if !meta.phases.iter().any(|known| known.id == phase) {
        return Err(Rejection::Malformed("the workshop has no such phase"));
    }
    phase.clone_into(&mut meta.phase);
    draft.put(Record::Meta(meta));
    Ok(())
}

/// Where the current phase is not among the new ones, the first one that is not left out is.
pub(super) fn set_phases(draft: &mut Draft<'_>, phases: &[Phase]) -> Result<(), Rejection> {
    let mut meta = draft.meta().clone();
    meta.phases = checked(phases)?;
    if meta.current_phase().is_none() {
        meta.phase = first(&meta.phases);
    }
    draft.put(Record::Meta(meta));
    Ok(())
}

/// The first phase that is not left out, or where all are, the first; empty where there is none.
pub(crate) fn first(phases: &[Phase]) -> String {
    let first = phases
        .iter()
        .find(|phase| !phase.skipped)
        .or_else(|| phases.first());
    first.map(|phase| phase.id.clone()).unwrap_or_default()
}

pub(crate) fn checked(phases: &[Phase]) -> Result<Vec<Phase>, Rejection> {
    if phases.len() > MAX_PHASES {
        return Err(Rejection::TooLong("a workshop has 50 phases"));
    }
    let mut ids = BTreeSet::new();
    let mut checked = Vec::with_capacity(phases.len());
    for phase in phases {
        let id = words::line(&phase.id)?;
        if id.is_empty() || !ids.insert(id.clone()) {
            return Err(Rejection::Malformed("each phase has an id of its own"));
        }
        if phase.minutes > MAX_MINUTES {
            return Err(Rejection::Malformed("a phase is no longer than a day"));
        }
        if phase.prompts.len().max(phase.tips.len()) > MAX_LINES {
            return Err(Rejection::TooLong("a phase has 50 questions and 50 tips"));
        }
        checked.push(Phase {
            id,
            kind: phase.kind,
            title: words::line(&phase.title)?,
            question: words::line(&phase.question)?,
            purpose: words::line(&phase.purpose)?,
            prompts: words::lines(&phase.prompts)?,
            tips: words::lines(&phase.tips)?,
            swap: match &phase.swap {
                Some((heard, instead)) => Some((words::line(heard)?, words::line(instead)?)),
                None => None,
            },
            minutes: phase.minutes,
            skipped: phase.skipped,
            writing: phase.writing,
        });
    }
    Ok(checked)
}

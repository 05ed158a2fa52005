//! Connectors.

use super::draft::Draft;
use super::{Rejection, words};
use crate::{Connector, ConnectorChange, ConnectorId, End, Key, Record};

pub(super) fn add(
    draft: &mut Draft<'_>,
    id: ConnectorId,
    (from, to): (End, End),
    label: &str,
) -> Result<(), Rejection> {
    draft.fresh(id)?;
    let connector = Connector {
        id,
        from,
        to,
        label: words::line(label)?,
    };
    check(draft, &connector)?;
    draft.put(Record::Connector(connector));
    Ok(())
}

pub(super) fn set(
    draft: &mut Draft<'_>,
    id: ConnectorId,
    set: &[ConnectorChange],
) -> Result<(), Rejection> {
    words::count(set.len())?;
    let mut connector = draft
        .connector(id)
        .ok_or(Rejection::Gone(id.into()))?
        .clone();
    for change in set {
        match change {
            ConnectorChange::Label(label) => connector.label = words::line(label)?,
            ConnectorChange::From(end) => connector.from = *end,
            ConnectorChange::To(end) => connector.to = *end,
        }
    }
    check(draft, &connector)?;
    draft.put(Record::Connector(connector));
    Ok(())
}

pub(super) fn check(draft: &Draft<'_>, connector: &Connector) -> Result<(), Rejection> {
    for end in [connector.from, connector.to] {
        match end {
            End::At(x, y) => words::point(x, y)?,
            End::On(Key::Section(_) | Key::Note(_) | Key::Theme(_) | Key::FollowUp(_)) => {}
            End::On(_) => return Err(Rejection::Malformed("a connector does not hold on to this")),
        }
        if let End::On(key) = end
            && !draft.contains(key)
        {
            return Err(Rejection::Gone(key));
        }
    }
    if connector.from == connector.to {
        return Err(Rejection::Malformed("a connector has two different ends"));
    }
    Ok(())
}

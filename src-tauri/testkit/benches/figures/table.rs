//! The table: each figure beside what it is compared with and the bound it is to keep.

use serde_json::json;
use std::fmt::Write;

/// A measured number and what it counts: `ms`, `MiB`, `/s`, or nothing for an exponent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value(pub(crate) f64, pub(crate) &'static str);

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(number, unit) = self;
        let decimals = match number.abs() {
            n if n >= 100.0 => 0,
            n if n >= 10.0 => 1,
            _ => 2,
        };
        write!(f, "{number:.decimals$}")?;
        if unit.is_empty() {
            Ok(())
        } else {
            write!(f, " {unit}")
        }
    }
}

/// What a figure has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    /// Below this.
    Under(Value),
    /// At least this.
    AtLeast(Value),
    /// No more than what it is compared with.
    Compared,
    /// There is none.
    None,
}

/// One line.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) figure: String,
    pub(crate) ours: Value,
    pub(crate) compared: Vec<(String, Value)>,
    pub(crate) bound: Bound,
    pub(crate) remark: String,
}

impl Row {
    pub(crate) fn new(figure: impl Into<String>, ours: Value) -> Self {
        Self {
            figure: figure.into(),
            ours,
            compared: Vec::new(),
            bound: Bound::None,
            remark: String::new(),
        }
    }

    pub(crate) fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        self.compared.push((name.into(), value));
        self
    }

    pub(crate) fn bound(mut self, bound: Bound) -> Self {
        self.bound = bound;
        self
    }

    pub(crate) fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = remark.into();
        self
    }

    fn met(&self) -> Option<bool> {
        match self.bound {
            Bound::Under(bound) => Some(self.ours.0 < bound.0),
            Bound::AtLeast(bound) => Some(self.ours.0 >= bound.0),
            Bound::Compared if self.compared.is_empty() => None,
            Bound::Compared => Some(
                self.compared
                    .iter()
                    .all(|(_, value)| self.ours.0 <= value.0),
            ),
            Bound::None => None,
        }
    }

    fn bound_text(&self) -> String {
        let bound = match self.bound {
            Bound::Under(value) => format!("< {value}"),
            Bound::AtLeast(value) => format!("≥ {value}"),
            Bound::Compared => "not slower".to_owned(),
            Bound::None => return String::new(),
        };
        match self.met() {
            Some(true) => format!("{bound}: kept"),
            Some(false) => format!("{bound}: **missed**"),
            None => bound,
        }
    }
}

pub(crate) fn markdown(head: &[String], rows: &[Row]) -> String {
    let mut out = String::new();
    for line in head {
        let _ = writeln!(out, "{line}");
    }
    let _ = writeln!(out, "\n| Figure | Ours | Compared with | Bound | Remark |");
    let _ = writeln!(out, "| --- | ---: | --- | --- | --- |");
    for row in rows {
        let compared: Vec<String> = row
            .compared
            .iter()
            .map(|(name, value)| format!("{value} {name}"))
            .collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            row.figure,
            row.ours,
            compared.join("; "),
            row.bound_text(),
            row.remark
        );
    }
    let missed = rows.iter().filter(|row| row.met() == Some(false)).count();
    let bounded = rows.iter().filter(|row| row.met().is_some()).count();
    let _ = writeln!(out, "\n{} of {bounded} bounds kept.", bounded - missed);
    out
}

pub(crate) fn json(head: &[String], rows: &[Row]) -> serde_json::Value {
    let value = |Value(number, unit): Value| json!({ "number": number, "unit": unit });
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let compared: Vec<_> = row
                .compared
                .iter()
                .map(|(name, with)| json!({ "name": name, "value": value(*with) }))
                .collect();
            json!({
                "figure": row.figure, "ours": value(row.ours), "compared": compared,
                "bound": row.bound_text(), "kept": row.met(), "remark": row.remark,
            })
        })
        .collect();
    json!({ "about": head, "rows": rows })
}

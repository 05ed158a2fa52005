//! Who uses this laptop, and how they like it.

use super::{Outcome, storage};
use crate::protocol::{HomeReply, Setting, Theme};
use crate::shared::{Me, Shared, lock};
use crate::start::tell_me;
use board::Tint;
use store::{LoadError, Store, Write};

const NAME: &str = "me.name";
const TINT: &str = "me.tint";
const THEME: &str = "theme";
const PROJECTOR: &str = "projector";
const HINTS: &str = "hints";
const NO_HINTS: &str = "hints.none";

/// The longest name, in characters: it stands in a chip.
const MAX_NAME: usize = 60;

pub(crate) fn read_me(store: &Store) -> Result<Me, LoadError> {
    let text = |key| store.setting(key).map(Option::unwrap_or_default);
    Ok(Me {
        name: text(NAME)?,
        tint: Tint::from_word(&text(TINT)?).unwrap_or(Tint::T1),
        theme: match text(THEME)?.as_str() {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        },
        projector: text(PROJECTOR)? == "true",
        hints: text(HINTS)? != "false",
        no_hints: text(NO_HINTS)?.split(' ').map(str::to_owned).collect(),
    })
}

pub(crate) fn reply(shared: &Shared) -> HomeReply {
    let Me {
        name,
        tint,
        theme,
        projector,
        hints,
        ..
    } = lock(&shared.me).clone();
    HomeReply::Me {
        name,
        tint,
        theme,
        projector,
        hints,
        version: env!("CARGO_PKG_VERSION").into(),
    }
}

pub(crate) fn set_me(shared: &Shared, name: &str, tint: Tint) -> Outcome {
    let name: String = name
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_NAME)
        .collect();
    put(shared, &[(NAME, &name), (TINT, tint.word())])?;
    let me = {
        let mut me = lock(&shared.me);
        me.name = name;
        me.tint = tint;
        me.clone()
    };
    tell_me(shared, &me);
    Ok(reply(shared))
}

pub(crate) fn set(shared: &Shared, setting: Setting) -> Outcome {
    match setting {
        Setting::Theme(theme) => {
            let word = match theme {
                Theme::System => "system",
                Theme::Light => "light",
                Theme::Dark => "dark",
            };
            put(shared, &[(THEME, word)])?;
            lock(&shared.me).theme = theme;
        }
        Setting::Projector(on) => {
            put(shared, &[(PROJECTOR, if on { "true" } else { "false" })])?;
            lock(&shared.me).projector = on;
        }
        Setting::Hints(on) => {
            // Turned on again, all of them are.
            put(
                shared,
                &[(HINTS, if on { "true" } else { "false" }), (NO_HINTS, "")],
            )?;
            let mut me = lock(&shared.me);
            (me.hints, me.no_hints) = (on, Default::default());
        }
        Setting::NoHint(rule) => {
            if let Some(rule) = board::wording::rule_ids().find(|known| *known == rule) {
                let mut none = lock(&shared.me).no_hints.clone();
                none.insert(rule.to_owned());
                let words: Vec<&str> = none.iter().map(String::as_str).collect();
                put(shared, &[(NO_HINTS, words.join(" ").trim())])?;
                lock(&shared.me).no_hints = none;
            }
        }
    }
    Ok(reply(shared))
}

fn put(shared: &Shared, settings: &[(&str, &str)]) -> Result<(), engine::protocol::Fault> {
    let writes = settings
        .iter()
        .map(|(key, value)| {
            Write::PutSetting(store::Setting {
                key: (*key).into(),
                value: (*value).into(),
            })
        })
        .collect();
    shared.store.commit(writes).map(|_| ()).map_err(storage)
}

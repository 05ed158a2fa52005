//! What the document says about a thing, in emphasis at its end.

use super::*;

/// What the document says about a thing, in one line.
#[derive(Default)]
pub(super) struct Facts(String);

impl Facts {
    pub(super) fn say(&mut self, words: impl AsRef<str>) {
        if !self.0.is_empty() {
            self.0.push_str(words::DOT);
        }
        self.0.push_str(words.as_ref());
    }

    pub(super) fn text(&mut self, label: &str, text: &str) {
        if !text.trim().is_empty() {
            self.say(label);
            self.0.push(' ');
            escape(&mut self.0, text, Spot::Line(FACTS));
        }
    }

    pub(super) fn quote(&mut self, label: &str, text: Option<&str>) {
        let excerpt = words::excerpt(text.unwrap_or(""));
        if !excerpt.is_empty() {
            self.say(label);
            self.0.push_str(" “");
            escape(&mut self.0, &excerpt, Spot::Line(FACTS));
            self.0.push('”');
        }
    }

    pub(super) fn names(&mut self, label: &str, names: &[String]) {
        self.say(label);
        let names = names.iter().filter(|name| !name.trim().is_empty());
        for (at, name) in names.enumerate() {
            self.0.push_str(if at == 0 { " " } else { ", " });
            escape(&mut self.0, name, Spot::Line(NAMES));
        }
    }

    pub(super) fn emphasised(self) -> Option<String> {
        (!self.0.is_empty()).then(|| format!("*({})*", self.0))
    }
}

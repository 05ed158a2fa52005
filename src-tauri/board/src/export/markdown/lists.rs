//! What follows the sections: follow-ups, links, the parking lot, people.

use super::*;

impl<'a> Writer<'a> {
    pub(super) fn follow_ups(&mut self) {
        let mut followups: Vec<&FollowUp> = self
            .board
            .followups
            .values()
            .filter(|followup| {
                self.selected(followup.id.into())
                    || followup
                        .from
                        .is_some_and(|from| self.is_from_selected(from))
            })
            .collect();
        followups
            .sort_by(|a, b| (a.kind, &a.place.order, a.id).cmp(&(b.kind, &b.place.order, b.id)));
        if followups.is_empty() && self.selection.is_some() {
            return;
        }
        let spread = followups.partition_point(|followup| followup.kind == FollowUpKind::Spread);
        let (emulate, others) = followups.split_at(spread);
        self.own_heading(2, words::EMULATE);
        self.tasks(emulate);
        self.own_heading(2, words::FOLLOW_UPS);
        self.tasks(others);
    }

    pub(super) fn is_from_selected(&self, from: Key) -> bool {
        self.selected(from)
            || match from {
                Key::Note(id) => self
                    .board
                    .notes
                    .get(&id)
                    .is_some_and(|note| self.has_note(note)),
                Key::Theme(id) => self.selected_parent(Parent::Theme(id)),
                _ => false,
            }
    }

    pub(super) fn tasks(&mut self, followups: &[&'a FollowUp]) {
        if followups.is_empty() {
            self.paragraph(words::NONE);
            return;
        }
        self.gap();
        for followup in followups {
            let mut facts = Facts::default();
            if self.options.names {
                facts.text("owner", &followup.owner);
            }
            facts.text("due", &followup.due);
            facts.say(words::kind(followup.kind));
            match &followup.reach {
                Reach::Team => facts.say("reaches this team"),
                Reach::Everyone => facts.say("reaches every team"),
                Reach::Teams(names) => facts.names("reaches the teams", names),
            }
            match followup.status {
                FollowUpStatus::Open | FollowUpStatus::Done => {}
                FollowUpStatus::Doing => facts.say("being done"),
                FollowUpStatus::Dropped => facts.say("dropped"),
            }
            match followup.from {
                Some(Key::Note(id)) => {
                    let note = self.board.notes.get(&id).filter(|note| self.is_told(note));
                    facts.quote("from the note", note.map(|note| note.text.as_str()));
                }
                Some(Key::Theme(id)) => {
                    let theme = self.board.themes.get(&id);
                    facts.quote("from the theme", theme.map(|theme| theme.name.as_str()));
                }
                _ => {}
            }
            facts.text("outcome", &followup.outcome);
            let closed = matches!(
                followup.status,
                FollowUpStatus::Done | FollowUpStatus::Dropped
            );
            let text = &followup.text;
            self.out.push_str(if closed { "- [x] " } else { "- [ ] " });
            escape(&mut self.out, text, ITEM);
            if let Some(facts) = facts.emphasised() {
                if !text.is_empty() {
                    self.out.push_str("\\\n  ");
                }
                self.out.push_str(&facts);
            }
            self.out.push('\n');
        }
    }

    /// Whether a note of the board appears in the document at all.
    pub(super) fn is_told(&self, note: &Note) -> bool {
        is_said(note) && (!note.parked || self.options.parking_lot)
    }

    pub(super) fn links(&mut self) {
        let mut links = Vec::new();
        for connector in self.board.connectors.values() {
            let chosen = |end| matches!(end, End::On(key) if self.is_from_selected(key));
            if self.selection.is_some() && !(chosen(connector.from) && chosen(connector.to)) {
                continue;
            }
            let (from, to) = (self.end(connector.from), self.end(connector.to));
            if !from.is_empty() && !to.is_empty() {
                // As it is read back: a blank label sorts like none.
                let label = match words::normal(&connector.label) {
                    blank if blank.trim().is_empty() => "".into(),
                    label => label,
                };
                links.push((from, to, label));
            }
        }
        if links.is_empty() {
            return;
        }
        links.sort();
        self.own_heading(2, words::LINKS);
        self.gap();
        for (from, to, label) in links {
            self.out.push_str("- “");
            escape(&mut self.out, &from, Spot::Line(FACTS));
            self.out.push('”');
            self.out.push_str(words::ARROW);
            self.out.push('“');
            escape(&mut self.out, &to, Spot::Line(FACTS));
            self.out.push('”');
            if !label.is_empty() {
                self.out.push_str(words::DOT);
                escape(&mut self.out, &label, Spot::Line(FACTS));
            }
            self.out.push('\n');
        }
    }

    /// The words by which a reader knows what a link holds on to; empty where there are none.
    pub(super) fn end(&self, end: End) -> String {
        match end {
            End::On(Key::Section(id)) => self
                .board
                .sections
                .get(&id)
                .filter(|section| self.options.timeline || section.layout != Layout::Timeline)
                .map(|section| words::excerpt(&section.title)),
            End::On(Key::Note(id)) => self
                .board
                .notes
                .get(&id)
                .filter(|note| self.is_told(note))
                .map(|note| words::excerpt(&note.text)),
            End::On(Key::Theme(id)) => self
                .board
                .themes
                .get(&id)
                .map(|theme| words::excerpt(&theme.name)),
            End::On(Key::FollowUp(id)) => self
                .board
                .followups
                .get(&id)
                .map(|followup| words::excerpt(&followup.text)),
            _ => None,
        }
        .unwrap_or_default()
    }

    pub(super) fn parking_lot(&mut self) {
        let mut parked: Vec<&Note> = self
            .board
            .notes
            .values()
            .filter(|note| note.parked && is_said(note) && self.has_note(note))
            .collect();
        if parked.is_empty() {
            return;
        }
        parked.sort_by(|a, b| by_order(a, b));
        self.own_heading(2, words::PARKING);
        self.list(&parked);
    }

    pub(super) fn people(&mut self) {
        let mut people: Vec<&Person> = self
            .board
            .people
            .values()
            .filter(|person| !person.name.trim().is_empty())
            .collect();
        if people.is_empty() {
            return;
        }
        people.sort_by_cached_key(|person| {
            (words::normal(&person.name), !person.facilitator, person.id)
        });
        self.own_heading(2, words::PEOPLE);
        self.gap();
        for person in people {
            self.out.push_str("- ");
            escape(&mut self.out, &person.name, ITEM);
            if person.facilitator {
                self.out.push_str(" *");
                self.out.push_str(words::FACILITATOR);
                self.out.push('*');
            }
            self.out.push('\n');
        }
    }
}

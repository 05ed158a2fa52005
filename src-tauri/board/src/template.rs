//! Templates: what a new board starts with. Data files, described in `templates/README.md`.

use crate::{
    Board, Layout, MAX_COORD, MAX_LINE, Meta, NoteKind, Order, Phase, Record, Section, SectionId,
    Size, plan, utf16_len,
};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The newest form of template files this version reads.
const FORMAT: u32 = 1;
/// The most sections a template has.
const MAX_SECTIONS: usize = 100;

/// What a new board starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    format: u32,
    /// A short word that boards made from it remember.
    pub id: String,
    /// Its name: "Delivery review".
    pub name: String,
    /// The question it asks: "What happened, and what helped?".
    pub question: String,
    /// Its sections, in the order of the agenda.
    pub sections: Vec<TemplateSection>,
    /// Its phases, in the order they are walked through.
    pub phases: Vec<Phase>,
}

/// A section of a template. Positions and sizes are board units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateSection {
    /// The question.
    pub title: String,
    /// A sentence of help; may be empty.
    #[serde(default)]
    pub prompt: String,
    /// The kind its notes get.
    pub kind: NoteKind,
    /// How it places what is in it.
    #[serde(default = "free")]
    pub layout: Layout,
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// Width.
    pub w: i32,
    /// Height.
    pub h: i32,
}

fn free() -> Layout {
    Layout::Free
}

/// What is shown of a template before it is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateCard {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The question it asks.
    pub question: String,
    /// The kinds of its sections, each once, in order.
    pub kinds: Vec<NoteKind>,
    /// The sum of its phases that are not left out.
    pub minutes: u32,
}

/// Why a file is not a template.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is not JSON of this form.
    #[error("this file is not a template: {0}")]
    Form(#[from] serde_json::Error),
    /// It was made by a newer version.
    #[error("this template needs a newer version of Upshot")]
    Newer,
    /// Something in it does not fit a board.
    #[error("this template does not fit a board: {0}")]
    Unfit(&'static str),
}

static BUILT_IN: LazyLock<Vec<Template>> = LazyLock::new(|| {
    // A file that is not sound is left out here and fails a test.
    FILES
        .iter()
        .filter_map(|file| Template::parse(file).ok())
        .collect()
});

const FILES: &[&str] = &[
    include_str!("../templates/delivery-review.json"),
    include_str!("../templates/incident-review.json"),
    include_str!("../templates/success-review.json"),
    include_str!("../templates/retrospective.json"),
    include_str!("../templates/pre-mortem.json"),
    include_str!("../templates/four-ls.json"),
    include_str!("../templates/sailboat.json"),
    include_str!("../templates/empty.json"),
];

/// The templates that come with Upshot, the flagship first, the empty board last.
pub fn templates() -> &'static [Template] {
    &BUILT_IN
}

/// The template of this id among [`templates`].
pub fn template(id: &str) -> Option<&'static Template> {
    templates().iter().find(|template| template.id == id)
}

impl Template {
    /// Reads a template file.
    ///
    /// # Errors
    /// See [`TemplateError`].
    pub fn parse(json: &str) -> Result<Self, TemplateError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        if serde_json::from_str::<Head>(json)?.format > FORMAT {
            return Err(TemplateError::Newer);
        }
        let mut template: Self = serde_json::from_str(json)?;
        template.check()?;
        template.phases = plan::checked_phases(&template.phases)
            .map_err(|_| TemplateError::Unfit("a phase is too long, or has the id of another"))?;
        Ok(template)
    }

    /// A board's sections and phases as a template. Notes and what else people wrote stay out.
    pub fn of_board(board: &Board, id: &str, name: &str, question: &str) -> Self {
        let mut sections: Vec<&Section> = board.sections.values().collect();
        sections.sort_by_key(|section| (&section.order, section.id));
        Self {
            format: FORMAT,
            id: id.to_owned(),
            name: name.to_owned(),
            question: question.to_owned(),
            sections: sections
                .into_iter()
                .take(MAX_SECTIONS)
                .map(|section| TemplateSection {
                    title: section.title.clone(),
                    prompt: section.prompt.clone(),
                    kind: section.kind,
                    layout: section.layout,
                    x: section.x,
                    y: section.y,
                    w: section.size.w,
                    h: section.size.h,
                })
                .collect(),
            phases: board.meta.phases.clone(),
        }
    }

    /// As a file that [`parse`](Self::parse) reads.
    ///
    /// # Errors
    /// Those of the JSON writer; none are known.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut json = serde_json::to_string_pretty(self)?;
        json.push('\n');
        Ok(json)
    }

    /// What is shown of it before it is chosen.
    pub fn card(&self) -> TemplateCard {
        let mut kinds = Vec::new();
        for section in &self.sections {
            if !kinds.contains(&section.kind) {
                kinds.push(section.kind);
            }
        }
        let phases = self.phases.iter().filter(|phase| !phase.skipped);
        TemplateCard {
            id: self.id.clone(),
            name: self.name.clone(),
            question: self.question.clone(),
            kinds,
            minutes: phases.map(|phase| phase.minutes).sum(),
        }
    }

    /// The records of a new board; where the title is empty it is the template's name. `ids` gives
    /// random bits, 80 of which count. Meant for [`insert_commands`](crate::insert_commands).
    pub fn records(&self, ids: &mut dyn FnMut() -> u128, title: &str, team: &str) -> Vec<Record> {
        let title = if title.trim().is_empty() {
            &self.name
        } else {
            title
        };
        let mut records = vec![Record::Meta(Meta {
            title: title.to_owned(),
            team: team.to_owned(),
            template: self.id.clone(),
            phases: self.phases.clone(),
            phase: plan::first_phase(&self.phases),
            ..Meta::default()
        })];
        let orders = Order::n_between(None, None, self.sections.len());
        for (section, order) in self.sections.iter().zip(orders) {
            records.push(Record::Section(Section {
                id: SectionId::from_bits(ids()),
                title: section.title.clone(),
                prompt: section.prompt.clone(),
                kind: section.kind,
                layout: section.layout,
                x: section.x,
                y: section.y,
                size: Size {
                    w: section.w,
                    h: section.h,
                },
                order,
                collapsed: false,
                locked: false,
            }));
        }
        records
    }

    fn check(&self) -> Result<(), TemplateError> {
        let unfit = |what| Err(TemplateError::Unfit(what));
        let named = !self.id.is_empty()
            && self.id.len() <= 40
            && self
                .id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !named || self.name.is_empty() {
            return unfit("it has no id or no name");
        }
        if self.sections.len() > MAX_SECTIONS {
            return unfit("it has more than 100 sections");
        }
        let lines = self
            .sections
            .iter()
            .flat_map(|section| [&section.title, &section.prompt]);
        let mut lines = lines.chain([&self.name, &self.question]);
        if lines.any(|line| utf16_len(line) > MAX_LINE || line.chars().any(char::is_control)) {
            return unfit("a line is longer than 400 characters, or is more than one");
        }
        let placed = self.sections.iter().all(|section| {
            [section.x, section.y]
                .iter()
                .all(|v| (-MAX_COORD..=MAX_COORD).contains(v))
                && (Size::SECTION.w..=MAX_COORD).contains(&section.w)
                && (Size::SECTION.h..=MAX_COORD).contains(&section.h)
        });
        if placed {
            Ok(())
        } else {
            unfit("a section is too small, or lies beyond the edge")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_invariants;
    use crate::{Actor, PhaseKind, Role, insert_commands, plan_all};

    #[test]
    fn every_built_in_template_is_sound() {
        for file in FILES {
            let template = Template::parse(file).unwrap();
            assert_eq!(
                Template::parse(&template.to_json().unwrap()).unwrap(),
                template
            );
            for phase in &template.phases {
                assert!(
                    phase.minutes > 0 && !phase.question.is_empty(),
                    "{}",
                    phase.id
                );
                assert!(
                    !phase.prompts.is_empty() && !phase.tips.is_empty(),
                    "{}",
                    phase.id
                );
            }
            for (i, a) in template.sections.iter().enumerate() {
                for b in template.sections.iter().skip(i + 1) {
                    let apart = a.x + a.w + 16 <= b.x
                        || b.x + b.w + 16 <= a.x
                        || a.y + a.h + 16 <= b.y
                        || b.y + b.h + 16 <= a.y;
                    assert!(apart, "{}: {} and {}", template.id, a.title, b.title);
                }
            }
        }
        let mut ids: Vec<&str> = templates()
            .iter()
            .map(|template| template.id.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), FILES.len());
    }

    #[test]
    fn the_flagship_walks_through_eight_phases_in_an_hour() {
        use PhaseKind::{Close, Commit, Discuss, Gather, Group, Scene, Timeline, Vote};
        let template = template("delivery-review").unwrap();
        let phases: Vec<_> = template
            .phases
            .iter()
            .map(|p| (p.kind, p.minutes))
            .collect();
        assert_eq!(
            phases,
            [
                (Scene, 3),
                (Timeline, 12),
                (Gather, 8),
                (Group, 8),
                (Vote, 2),
                (Discuss, 15),
                (Commit, 9),
                (Close, 3),
            ]
        );
        let card = template.card();
        assert_eq!((card.minutes, card.kinds.len()), (60, 6));
    }

    #[test]
    fn a_board_made_of_a_template_is_sound_and_makes_the_template_again() {
        for template in templates() {
            let mut bits = 0;
            let mut ids = || {
                bits += 1;
                bits
            };
            let records = template.records(&mut ids, "  ", "Departures");
            let mut board = Board::default();
            let actor = Actor {
                person: None,
                role: Role::Facilitate,
                now_ms: 0,
            };
            let plan = plan_all(&board, &actor, &insert_commands(records)).unwrap();
            for change in &plan.changes {
                board.apply_change(change).unwrap();
            }
            check_invariants(&board).unwrap();
            assert_eq!(board.meta.title, template.name);
            assert_eq!(board.meta.current_phase(), template.phases.first());
            let again =
                Template::of_board(&board, &template.id, &template.name, &template.question);
            assert_eq!(&again, template);
        }
    }

    #[test]
    fn files_from_elsewhere_are_refused_with_a_reason() {
        let parse = |json: &str| Template::parse(json).unwrap_err().to_string();
        assert!(parse("{").starts_with("this file is not a template"));
        assert_eq!(
            parse(r#"{"format":2}"#),
            "this template needs a newer version of Upshot"
        );
        let tiny = r#"{"format":1,"id":"a","name":"A","question":"","phases":[],
            "sections":[{"title":"","kind":"well","x":0,"y":0,"w":1,"h":1}]}"#;
        assert!(parse(tiny).contains("too small"), "{}", parse(tiny));
    }
}

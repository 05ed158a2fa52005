//! Whatever people type, a CommonMark and GFM renderer shows exactly that, and the document
//! keeps its structure. The renderer is comrak with everything of GFM turned on.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use board::export::{ExportOptions, markdown};
use board::*;
use comrak::nodes::{Node as Md, NodeValue};
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.extension.front_matter_delimiter = Some("---".to_owned());
    options
}

/// A board where `text` stands everywhere people can write.
fn board_of(text: &str) -> Board {
    let mut board = Board::default();
    let mut ids = common::ids();
    let orders = Order::n_between(None, None, 20);
    let mut next = 0;
    let mut order = || {
        next += 1;
        orders[next].clone()
    };
    board.meta.title = text.to_owned();
    board.meta.team = text.to_owned();
    board.meta.summary = format!("before{text}after");
    let person = PersonId::from_bits(ids());
    board.put(Record::Person(Person {
        id: person,
        name: format!("N{text}"),
        tint: Tint::T1,
        facilitator: true,
    }));
    let mut note = |board: &mut Board, parent, text: &str, order, parked, author| {
        let id = NoteId::from_bits(ids());
        board.put(Record::Note(Note {
            id,
            text: text.to_owned(),
            kind: NoteKind::Well,
            place: Place {
                parent,
                x: 0,
                y: 0,
                order,
            },
            size: None,
            author,
            made: 0,
            when: Some(When {
                label: text.to_owned(),
                at: "2025-01-08".to_owned(),
            }),
            source: text.to_owned(),
            parked,
            locked: false,
        }));
        id
    };
    let lane = SectionId::from_bits(1);
    let free = SectionId::from_bits(2);
    for (id, layout) in [(lane, Layout::Timeline), (free, Layout::Column)] {
        board.put(Record::Section(Section {
            id,
            title: text.to_owned(),
            prompt: text.to_owned(),
            kind: NoteKind::Well,
            layout,
            x: 0,
            y: 0,
            size: Size { w: 1, h: 1 },
            order: order(),
            collapsed: false,
            locked: false,
        }));
        note(
            &mut board,
            Parent::Section(id),
            "harmless",
            order(),
            false,
            None,
        );
        note(
            &mut board,
            Parent::Section(id),
            text,
            order(),
            false,
            Some(person),
        );
        note(
            &mut board,
            Parent::Section(id),
            "harmless",
            order(),
            false,
            None,
        );
    }
    let theme = ThemeId::from_bits(3);
    board.put(Record::Theme(Theme {
        id: theme,
        name: text.to_owned(),
        place: Place {
            parent: Parent::Section(free),
            x: 0,
            y: 0,
            order: order(),
        },
        collapsed: false,
        locked: false,
    }));
    let from = note(&mut board, Parent::Theme(theme), text, order(), false, None);
    note(&mut board, Parent::Board, text, order(), true, None);
    let id = FollowUpId::from_bits(4);
    board.put(Record::FollowUp(FollowUp {
        id,
        text: text.to_owned(),
        owner: text.to_owned(),
        due: text.to_owned(),
        kind: FollowUpKind::Care,
        reach: Reach::Teams(vec![text.to_owned()]),
        status: FollowUpStatus::Open,
        from: Some(from.into()),
        outcome: text.to_owned(),
        spot: String::new(),
        locked: false,
        place: Place {
            parent: Parent::Board,
            x: 0,
            y: 0,
            order: order(),
        },
    }));
    let id = ConnectorId::from_bits(5);
    board.put(Record::Connector(Connector {
        id,
        from: End::On(from.into()),
        to: End::On(free.into()),
        label: text.to_owned(),
    }));
    board
}

/// The blocks of a document, in order.
fn outline(node: Md<'_>) -> Vec<String> {
    node.descendants()
        .filter_map(|node| match &node.data().value {
            NodeValue::Text(_) | NodeValue::SoftBreak | NodeValue::LineBreak | NodeValue::Emph => {
                None
            }
            NodeValue::Link(_) | NodeValue::HtmlInline(_) => None,
            NodeValue::FrontMatter(_) => Some("front matter".to_owned()),
            NodeValue::Heading(heading) => Some(format!("h{}", heading.level)),
            NodeValue::Table(table) => Some(format!("table of {}", table.num_columns)),
            value => Some(
                format!("{value:?}")
                    .split(['(', ' '])
                    .next()
                    .unwrap_or("")
                    .to_owned(),
            ),
        })
        .collect()
}

/// What a reader sees of a block. Emphasised facts at its end are the document's.
fn visible(node: Md<'_>, facts: bool) -> String {
    let mut text = String::new();
    let last = node.children().last();
    for child in node.children() {
        match &child.data().value {
            NodeValue::Text(words) => text.push_str(words),
            NodeValue::LineBreak => text.push('\n'),
            NodeValue::HtmlInline(html) if html == "<br>" => text.push('\n'),
            NodeValue::Link(_) => text.push_str(&visible(child, false)),
            NodeValue::Emph if facts && last.is_some_and(|last| std::ptr::eq(last, child)) => {
                if text.ends_with([' ', '\n']) {
                    text.pop();
                }
            }
            other => text.push_str(&format!("⟨{other:?}⟩")),
        }
    }
    text
}

/// As typed: one kind of line end, and a kept space is a space.
fn typed(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\0', "\u{FFFD}")
        .replace('\u{A0}', " ")
}

fn check(text: &str) {
    let document = markdown(&board_of(text), &ExportOptions::default());
    let plain = markdown(&board_of("harmless words"), &ExportOptions::default());
    let (arena, other) = (Arena::new(), Arena::new());
    let options = options();
    let root = parse_document(&arena, &document, &options);
    let blank = text.trim().is_empty();
    if !blank && !text.contains("\n\n") && !text.contains('\r') {
        assert_eq!(
            outline(root),
            outline(parse_document(&other, &plain, &options)),
            "{text:?}\n{document}"
        );
    }
    let mut seen = 0;
    for node in root.descendants() {
        let (facts, is_words) = match &node.data().value {
            NodeValue::TableCell => (true, true),
            NodeValue::Paragraph => (
                true,
                node.parent().is_some_and(|parent| {
                    matches!(
                        parent.data().value,
                        NodeValue::Item(_) | NodeValue::TaskItem(_)
                    )
                }),
            ),
            NodeValue::Heading(_) => (false, true),
            NodeValue::CodeBlock(_)
            | NodeValue::HtmlBlock(_)
            | NodeValue::BlockQuote
            | NodeValue::ThematicBreak
            | NodeValue::FootnoteDefinition(_) => panic!("{text:?}\n{document}"),
            _ => continue,
        };
        if is_words && visible(node, facts).replace('\u{A0}', " ") == typed(text) {
            seen += 1;
        }
    }
    // Three headings, two table cells beside "when", a note, a theme's note, a parked one, a task.
    if !blank {
        assert!(seen >= 10, "seen {seen} times: {text:?}\n{document}");
    }
}

#[test]
fn x2_naughty_texts_render_as_typed() {
    for text in common::naughty() {
        check(&text);
    }
}

/// All pairs of constructs, one after the other and line by line.
#[test]
fn constructs_side_by_side_render_as_typed() {
    let some: Vec<&str> = common::NAUGHTY.iter().copied().step_by(7).collect();
    for a in &some {
        for b in &some {
            check(&format!("{a}{b}"));
            check(&format!("{a}\n{b}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn x2_any_text_renders_as_typed(text in common::text()) {
        check(&text);
    }
}

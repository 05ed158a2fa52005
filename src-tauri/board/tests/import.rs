//! Any other Markdown becomes a board: nothing left out, nothing overlapping, nothing slow.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use board::export::markdown;
use board::import::{self, ImportError};
use board::layout::{self, HEADER, LANE_TOP, PADDING};
use board::*;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

fn read(name: &str, text: &str) -> Board {
    let import = import::markdown(name, text, &mut common::ids()).unwrap();
    let board = import.board();
    assert_eq!(
        import.records.len(),
        board.snapshot().records.len(),
        "an id twice"
    );
    board
}

/// All words of a board.
fn words(board: &Board) -> String {
    let mut all = format!(
        "Summary {}\n{}\n{}\n{}\n",
        board.meta.title, board.meta.team, board.meta.held_on, board.meta.summary
    );
    for section in board.sections.values() {
        let _ = writeln!(all, "{}\n{}", section.title, section.prompt);
    }
    for theme in board.themes.values() {
        let _ = writeln!(all, "{}", theme.name);
    }
    for note in board.notes.values() {
        let when = note.when.as_ref().map_or("", |when| &when.label);
        let _ = writeln!(all, "{when}\n{}\n{}", note.text, note.source);
    }
    for followup in board.followups.values() {
        let _ = writeln!(
            all,
            "{}\n{}\n{}",
            followup.text, followup.owner, followup.due
        );
    }
    all
}

/// How often each word of letters and digits occurs.
fn count(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    counts
}

/// What a reader of the rendered document sees, by another renderer than the one under test.
fn visible(source: &str) -> String {
    use comrak::nodes::NodeValue;
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.tasklist = true;
    options.extension.front_matter_delimiter = Some("---".to_owned());
    options.extension.strikethrough = true;
    let arena = comrak::Arena::new();
    let mut text = String::new();
    for node in comrak::parse_document(&arena, source, &options).descendants() {
        match &node.data().value {
            NodeValue::Text(words) => text.push_str(words),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::CodeBlock(code) => {
                text.push('\n');
                text.push_str(&code.literal);
            }
            NodeValue::HtmlBlock(html) => text.push_str(&html.literal),
            NodeValue::Link(_)
            | NodeValue::Image(_)
            | NodeValue::Emph
            | NodeValue::Strong
            | NodeValue::Strikethrough => {}
            _ => text.push('\n'),
        }
    }
    text
}

fn nothing_is_left_out(source: &str, board: &Board) {
    let there = count(&words(board));
    for (word, times) in count(&visible(source)) {
        let found = there.get(&word).copied().unwrap_or(0);
        // Titles of columns stand once for all rows.
        assert!(
            found >= times || (found > 0 && source.contains('|')),
            "{word:?} {found} of {times} times"
        );
    }
}

type Rect = (i32, i32, i32, i32);

fn apart(mut rects: Vec<Rect>, what: &str) {
    rects.sort_unstable();
    for (at, a) in rects.iter().enumerate() {
        for b in rects.iter().skip(at + 1).take_while(|b| b.0 < a.0 + a.2) {
            assert!(
                b.1 >= a.1 + a.3 || a.1 >= b.1 + b.3,
                "{what} overlap: {a:?} {b:?}"
            );
        }
    }
}

fn nothing_overlaps(board: &Board) {
    let sections = board
        .sections
        .values()
        .map(|s| (s.x, s.y, s.size.w, s.size.h))
        .collect();
    apart(sections, "sections");
    let mut inside: BTreeMap<Parent, Vec<Rect>> = BTreeMap::new();
    for note in board.notes.values() {
        let size = layout::note_size(note);
        inside.entry(note.place.parent).or_default().push((
            note.place.x,
            note.place.y,
            size.w,
            size.h,
        ));
    }
    for followup in board.followups.values() {
        // A follow-up's card has one width.
        let w = layout::NOTE_W;
        let h = layout::note_height(&followup.text, w);
        inside.entry(followup.place.parent).or_default().push((
            followup.place.x,
            followup.place.y,
            w,
            h,
        ));
    }
    for theme in board.themes.values() {
        let notes = inside
            .get(&Parent::Theme(theme.id))
            .cloned()
            .unwrap_or_default();
        let w = notes
            .iter()
            .map(|r| r.0 + r.2)
            .max()
            .unwrap_or(layout::NOTE_W)
            + 6;
        let h = notes
            .iter()
            .map(|r| r.1 + r.3 + 6)
            .max()
            // An empty one has room for half a note.
            .unwrap_or(layout::TRAY_TITLE + layout::NOTE_H / 2);
        inside
            .entry(theme.place.parent)
            .or_default()
            .push((theme.place.x, theme.place.y, w, h));
    }
    for (parent, rects) in inside {
        if let Parent::Section(id) = parent {
            let section = &board.sections[&id];
            for rect in &rects {
                let top = if section.layout == Layout::Timeline {
                    LANE_TOP
                } else {
                    HEADER
                };
                let within = rect.0 >= PADDING
                    && rect.1 >= top
                    && rect.0 + rect.2 <= section.size.w - PADDING
                    && rect.1 + rect.3 <= section.size.h - PADDING;
                assert!(
                    within,
                    "{rect:?} in {:?} of {:?}",
                    section.title, section.size
                );
            }
        }
        apart(rects, "things");
    }
}

fn fits(board: &Board) {
    let length = |text: &str| text.encode_utf16().count();
    for note in board.notes.values() {
        assert!(length(&note.text) <= MAX_TEXT);
        assert!(length(&note.source) <= MAX_LINE);
        assert!(
            note.when
                .as_ref()
                .is_none_or(|when| length(&when.label) <= MAX_LINE)
        );
    }
    for section in board.sections.values() {
        assert!(length(&section.title) <= MAX_LINE && length(&section.prompt) <= MAX_LINE);
        assert!(
            section.y >= 0 && section.y + section.size.h <= MAX_COORD,
            "{}",
            section.y
        );
    }
    assert!(
        board
            .themes
            .values()
            .all(|theme| length(&theme.name) <= MAX_LINE)
    );
    assert!(
        board
            .followups
            .values()
            .all(|followup| length(&followup.text) <= MAX_TEXT)
    );
    assert!(length(&board.meta.summary) <= MAX_TEXT && length(&board.meta.title) <= MAX_LINE);
}

/// The board in short: sections in order with what is in them.
fn outline(board: &Board) -> String {
    let mut out = format!(
        "{}\nsummary {} words\n",
        board.meta.title,
        board.meta.summary.split_whitespace().count()
    );
    let mut sections: Vec<_> = board.sections.values().collect();
    sections.sort_by(|a, b| a.order.cmp(&b.order));
    for section in sections {
        let parent = Parent::Section(section.id);
        let notes: Vec<_> = board
            .notes
            .values()
            .filter(|note| note.place.parent == parent)
            .collect();
        let cards = board
            .followups
            .values()
            .filter(|card| card.place.parent == parent)
            .count();
        let _ = write!(
            out,
            "[{} {}] {}",
            section.kind.word(),
            section.layout.word(),
            section.title
        );
        if !section.prompt.is_empty() {
            let _ = write!(out, " ({})", section.prompt);
        }
        let _ = write!(out, ": {} notes", notes.len());
        if section.layout == Layout::Timeline {
            let mut ats: Vec<&str> = notes
                .iter()
                .filter_map(|note| note.when.as_ref())
                .map(|when| when.at.as_str())
                .filter(|at| !at.is_empty())
                .collect();
            ats.sort_unstable();
            let _ = write!(
                out,
                ", {} dated {}…{}",
                ats.len(),
                ats.first().unwrap_or(&""),
                ats.last().unwrap_or(&"")
            );
        }
        if cards > 0 {
            let _ = write!(out, ", {cards} follow-ups");
        }
        out.push('\n');
        let mut themes: Vec<_> = board
            .themes
            .values()
            .filter(|theme| theme.place.parent == parent)
            .collect();
        themes.sort_by(|a, b| a.place.order.cmp(&b.place.order));
        for theme in themes {
            let members = board
                .notes
                .values()
                .filter(|note| note.place.parent == Parent::Theme(theme.id))
                .count();
            let _ = writeln!(out, "  {}: {members}", theme.name);
        }
    }
    let loose = board
        .notes
        .values()
        .filter(|note| note.place.parent == Parent::Board)
        .count();
    let cards = board
        .followups
        .values()
        .filter(|card| card.place.parent == Parent::Board)
        .count();
    let _ = writeln!(out, "on the board: {loose} notes, {cards} follow-ups");
    out
}

/// Real reviews lie outside the repository; where they are not there, these tests say so.
fn corpus(name: &str, expected: Expect) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/");
    let Ok(source) = std::fs::read_to_string(format!("{folder}{name}")) else {
        eprintln!("skipped: no corpus");
        return;
    };
    let board = read(name, &source);
    expected.assert_eq(&outline(&board));
    nothing_is_left_out(&source, &board);
    nothing_overlaps(&board);
    fits(&board);
}

#[test]
fn corpus_kubernetes() {
    corpus(
        "kubernetes-2019-05-30.md",
        expect![[r#"
        May 30th, 2019 Prow Flakiness
        summary 61 words
        [happened free] Impact: 2 notes
        [puzzle free] Root Cause: 3 notes
        [happened free] Detection: 2 notes
        [happened free] Resolution: 1 notes
        [well free] What went well (Lessons Learned): 1 notes
        [puzzle free] What went poorly (Lessons Learned): 4 notes
        [lucky free] Where we got lucky (Lessons Learned): 1 notes
        [plain free] Action items: 0 notes, 2 follow-ups
        [happened timeline] Timeline: 11 notes, 10 dated 2019-05-30T13:26…2019-05-31T07:00
        [plain free] Appendinx: 0 notes
          #testing-ops chat log: 48
          GKE EngProd Chat Log: 17
        on the board: 0 notes, 0 follow-ups
    "#]],
    );
}

#[test]
fn corpus_mybinder_announcement() {
    corpus(
        "mybinder-2018-02-20-jupyterlab-announcement.md",
        expect![[r#"
            2018-02-20, JupyterLab Announcement swamps Binder
            summary 102 words
            [happened timeline] Timeline (All times in CET (GMT+1)): 40 notes, 40 dated 2018-02-20T14:17…2018-02-22T07:18
            [happened free] 2X:XX (not sure exact time) (Timeline): 1 notes
            [plain free] Conclusions: 11 notes
            [plain free] JupyterHub (Action Items): 0 notes, 4 follow-ups
            [plain free] Zero-to-JupyterHub (Action Items): 1 notes, 2 follow-ups
            [plain free] BinderHub (Action Items): 0 notes, 5 follow-ups
            [plain free] Deployment (Action Items): 0 notes, 10 follow-ups
            on the board: 0 notes, 0 follow-ups
        "#]],
    );
}

#[test]
fn corpus_mybinder_cull_flood() {
    corpus(
        "mybinder-2018-04-18-cull-flood.md",
        expect![[r#"
        2018-04-18, Culler flood
        summary 77 words
        [happened timeline] Timeline (All times in CEST): 15 notes, 15 dated 2018-04-18T12:35…2018-04-19T11:58
        [plain free] Lessons learned: 5 notes
          Three separate bugs were introduced and resolved in this process: 3
        [plain free] Action items: 0 notes, 7 follow-ups
        on the board: 0 notes, 0 follow-ups
    "#]],
    );
}

#[test]
fn corpus_mybinder_no_logs() {
    corpus(
        "mybinder-2019-02-20-no-logs.md",
        expect![[r#"
        incident date: 2019-02-20, kubectl logs unavailable
        summary 27 words
        [happened timeline] Timeline (All times in Central European Time (CET)): 6 notes, 6 dated 2019-02-20T08:03…2019-02-20T13:30
        [well free] What went well (Lessons learnt): 2 notes
        [puzzle free] What went wrong (Lessons learnt): 3 notes
        [lucky free] Where we got lucky (Lessons learnt): 1 notes
        [plain free] Process improvements (Action items): 0 notes, 1 follow-ups
        [plain free] Documentation improvements (Action items): 0 notes, 2 follow-ups
        on the board: 0 notes, 0 follow-ups
    "#]],
    );
}

#[test]
fn corpus_posthog() {
    corpus(
        "posthog-2025-10-21-feature-flags.md",
        expect![[r#"
        PostHog Feature Flags Service - Multiple Outages (October 2025)
        summary 198 words
        [happened timeline] Incident Timeline: 42 notes, 41 dated 2025-10-21T21:45…2025-10-30T05:39
        [happened free] October 21, 2025 - Redis Overload (Incident Timeline): 5 notes
          Root causes: 7
        [happened free] October 24, 2025 - Rate Limiting Misconfiguration (Incident Timeline): 2 notes
          Root causes: 4
        [happened free] October 28, 2025 - Connection Pool Exhaustion and Excessive Parallelism (Incident Timeline): 4 notes
          Root causes: 8
        [happened free] October 29-30, 2025 - CPU-Bound Latency (Incident Timeline): 3 notes
          Root causes: 4
        [puzzle free] Root Cause Analysis: 7 notes
        [happened free] Impact: 6 notes
        [plain free] Immediate Actions (Completed) (Remediation): 0 notes, 7 follow-ups
        [plain free] Short-term Improvements (Tracked in GitHub Issue #40885 (https://github.com/PostHog/posthog/issues/40885)) (Remediation): 2 notes, 7 follow-ups
        [plain free] Medium-term Improvements (Remediation): 2 notes, 8 follow-ups
        [plain free] Long-term Improvements (Remediation): 0 notes, 4 follow-ups
        [well free] What Went Well (Lessons Learned): 4 notes
        [puzzle free] What Didn't Go Well (Lessons Learned): 9 notes
        [idea free] Key Takeaways (Lessons Learned): 9 notes
        [plain free] Moving Forward: 3 notes
        on the board: 0 notes, 0 follow-ups
    "#]],
    );
}

fn check(source: &str, expected: Expect) {
    let board = read("notes/Review of May.md", source);
    expected.assert_eq(&outline(&board));
    nothing_is_left_out(source, &board);
    nothing_overlaps(&board);
    fits(&board);
}

#[test]
fn a_page_without_headings_is_a_board_of_notes() {
    check(
        "one\n\ntwo\n\n- three\n- four\n",
        expect![[r#"
        Review of May
        summary 0 words
        [plain free] Notes: 4 notes
        on the board: 0 notes, 0 follow-ups
    "#]],
    );
}

#[test]
fn tasks_are_follow_ups_wherever_they_stand() {
    check(
        "# R\n\n## Whatever\n\n- [ ] ask Ama\n- [x] book a room\n- plain\n  - [ ] nested\n    - detail\n  - other\n",
        expect![[r#"
            R
            summary 0 words
            [plain free] Whatever: 2 notes, 3 follow-ups
            on the board: 0 notes, 0 follow-ups
        "#]],
    );
}

#[test]
fn our_own_facts_of_a_follow_up_are_read_in_any_document() {
    let board = read(
        "x.md",
        "# R\n\n## Action items\n\n- [ ] Ask Maps *(owner Mei · due 2025-02-01 · spreads a success · reaches every team)*\n- Write it down *(dropped)*\n- [x] Call *(owner Ama)*\n- Keep *(for now)*\n- Wait *(owner Jo · due soon)*\n",
    );
    let mut cards: Vec<_> = board.followups.values().collect();
    cards.sort_by(|a, b| a.place.order.cmp(&b.place.order));
    let told: Vec<_> = cards
        .iter()
        .map(|card| {
            (
                card.text.as_str(),
                card.owner.as_str(),
                card.due.as_str(),
                card.status,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Ask Maps", "Mei", "2025-02-01", FollowUpStatus::Open),
            ("Write it down", "", "", FollowUpStatus::Dropped),
            ("Call", "Ama", "", FollowUpStatus::Done),
            ("Keep (for now)", "", "", FollowUpStatus::Open),
            ("Wait (owner Jo · due soon)", "", "", FollowUpStatus::Open),
        ]
    );
    assert_eq!(cards[0].kind, FollowUpKind::Spread);
    assert_eq!(cards[0].reach, Reach::Everyone);
}

#[test]
fn a_title_in_the_front_matter_is_said_once() {
    let loose = |text: &str| {
        let board = read("x.md", text);
        let on_board = |note: &&Note| note.place.parent == Parent::Board;
        let notes: Vec<_> = board.notes.values().filter(on_board).collect();
        (
            board.meta.title.clone(),
            notes
                .iter()
                .map(|note| note.text.clone())
                .collect::<Vec<_>>(),
        )
    };
    let alone = loose("---\ntitle: The move\n---\n\n## What went well\n\n- a\n");
    assert_eq!(alone, ("The move".into(), vec![]));
    let same = loose("---\ntitle: \"the  Move\"\n---\n\n# The move\n\n## What went well\n\n- a\n");
    assert_eq!(same, ("The move".into(), vec![]));
    let other = loose("---\ntitle: Another\n---\n\n# The move\n\n## What went well\n\n- a\n");
    assert_eq!(other, ("The move".into(), vec!["title: Another".into()]));
}

#[test]
fn a_tray_is_rows_of_its_narrowest_note() {
    let note = |w: i32| Size { w, h: 100 };
    let (places, size) = layout::tray(&[note(128), note(264), note(128), note(128)]);
    // As `layTray` of the UI lays them.
    assert_eq!(places, [(6, 24), (6, 132), (6, 240), (142, 240)]);
    assert_eq!((size.w, size.h), (276, 346));
    let (places, size) = layout::tray(&[note(264); 5]);
    assert_eq!(places.iter().map(|place| place.0).max(), Some(278));
    assert_eq!((size.w, size.h), (548, 346));
}

#[test]
fn a_table_of_times_is_the_timeline() {
    check(
        "# R\n\n## Log\n\n| Time | Event | Source |\n|---|---|---|\n| 8 Jan 2025 14:05 | deploy | Slack |\n| 14:30 | alarm | pager |\n| | untimed | |\n\n## Action items\n\n| Action | Owner | Due | Bug |\n|---|---|---|---|\n| Write it | Ama | 2025-02-01 | #1 |\n",
        expect![[r#"
            R
            summary 0 words
            [plain free] Log: 0 notes
            [happened timeline] Timeline (Time · Event · Source): 3 notes, 2 dated 2025-01-08T14:05…2025-01-08T14:30
            [plain free] Action items (Action · Owner · Due): 0 notes, 1 follow-ups
            on the board: 0 notes, 0 follow-ups
        "#]],
    );
}

#[test]
fn everything_else_is_kept_too() {
    check(
        "---\ntitle: T\nauthor: somebody\n---\n\n<!-- a comment -->\n\n## A\n\n> quoted *words*\n> > deeper\n\n![picture](p.png) and [link](http://l.i/nk \"titled\")\n\ntext[^1]\n\n[^1]: the footnote\n\n<div>html</div>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n1. first\n   - x\n   - y\n   - z\n\n   more\n2. second\n\n   ```\n   code\n   ```\n\nTerm  \nhard\n\n### Sub\n\n#### Subsub\n\ndeep\n\n---\n\nend\n",
        expect![[r#"
            T
            summary 4 words
            [plain free] A: 10 notes
              Sub: 0
              Subsub: 2
            on the board: 1 notes, 0 follow-ups
        "#]],
    );
}

#[test]
fn a_long_paragraph_is_cut_between_words() {
    let source = format!("## A\n\n{}\n", "word ".repeat(15_000));
    let board = read("x.md", &source);
    nothing_is_left_out(&source, &board);
    nothing_overlaps(&board);
    fits(&board);
    assert_eq!(board.notes.len(), 4);
}

#[test]
fn a_file_that_is_too_long_is_refused_in_words() {
    let text = "a".repeat(import::MAX_MARKDOWN + 1);
    let error = import::markdown("x", &text, &mut common::ids()).unwrap_err();
    assert!(matches!(error, ImportError::TooLong { .. }));
}

/// Inputs that have made other readers quadratic or overflow their stack. A hang fails the run.
#[test]
fn nothing_is_slow_or_too_deep() {
    let n = 10_000;
    let nested: String = (0..600)
        .map(|depth| format!("{}- item {depth}\n", "  ".repeat(depth)))
        .collect();
    for source in [
        "[".repeat(n * 5),
        "[a](".repeat(n),
        "![".repeat(n),
        "*a **b ".repeat(n),
        "*".repeat(n * 5),
        "_a_ ".repeat(n),
        "`".repeat(n * 5),
        (1..400).map(|n| "`".repeat(n) + " ").collect(),
        "<".repeat(n * 5),
        "<a ".repeat(n),
        "<!--".repeat(n),
        "> ".repeat(n) + "deep",
        "- ".repeat(n) + "deep",
        "1. ".repeat(n) + "deep",
        nested,
        "|".repeat(n * 5),
        "a|".repeat(n) + "\n" + &"-|".repeat(n) + "\n" + &"b|".repeat(n),
        "&".repeat(n * 5),
        "\\".repeat(n * 5),
        "~~".repeat(n * 2),
        "[^1]".repeat(n),
        "# ".to_owned() + &"#".repeat(n * 5),
        "\n".repeat(n * 10),
        "- a\n".repeat(n * 2),
        "- [ ] a\n".repeat(n),
        "## 14:05\n\ntext\n\n".repeat(n / 4),
        "## s\n\n- a\n".repeat(n / 4),
        "**Label:**\n\n- a\n".repeat(n / 4),
        "\u{0}\u{1}\u{FEFF}".repeat(n),
    ] {
        let board = read("x", &source);
        let document = markdown(&board, &ExportOptions::default());
        assert!(document.len() > 20);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_becomes_a_board(lines in proptest::collection::vec(common::text(), 0..12), name in any::<String>()) {
        let source = lines.join("\n");
        let import = import::markdown(&name, &source, &mut common::ids()).unwrap();
        let board = import.board();
        fits(&board);
        nothing_overlaps(&board);
    }

    #[test]
    fn x6_no_word_of_a_review_is_lost(blocks in proptest::collection::vec(block(), 0..14)) {
        let source = blocks.join("\n\n");
        let board = read("Zettel.md", &source);
        nothing_is_left_out(&source, &board);
        nothing_overlaps(&board);
    }
}

fn block() -> impl Strategy<Value = String> {
    let line = "[a-z]{1,7}( [a-z]{1,7}){0,5}";
    prop_oneof![
        line.prop_map(|words| words),
        (1usize..5, line).prop_map(|(level, words)| format!("{} {words}", "#".repeat(level))),
        (
            1usize..5,
            proptest::sample::select(vec![
                "Timeline",
                "Action items",
                "What went well",
                "Summary",
                "Oct 21, 2025 - crash",
                "2018-02-20 08:03",
                "14:55",
                "Lessons"
            ])
        )
            .prop_map(|(level, words)| format!("{} {words}", "#".repeat(level))),
        proptest::collection::vec((0usize..3, line), 1..6).prop_map(|items| items
            .iter()
            .map(|(depth, words)| format!("{}- {words}", "  ".repeat(*depth)))
            .collect::<Vec<_>>()
            .join("\n")),
        proptest::collection::vec((line, "(0[0-9]|1[0-9]):[0-5][0-9]"), 1..5).prop_map(|items| {
            items
                .iter()
                .map(|(words, time)| format!("- {time} - {words}"))
                .collect::<Vec<_>>()
                .join("\n")
        }),
        proptest::collection::vec(line, 1..4).prop_map(|items| items
            .iter()
            .map(|words| format!("- [ ] {words}"))
            .collect::<Vec<_>>()
            .join("\n")),
        line.prop_map(|words| format!("**{words}:**")),
        line.prop_map(|words| format!("```\n{words}\n```")),
        line.prop_map(|words| format!("> {words}")),
        (line, line).prop_map(|(a, b)| format!("| when | {a} |\n|---|---|\n| 14:05 | {b} |")),
        (line, line).prop_map(|(a, b)| format!("| {a} | {b} |\n|---|---|\n| x | y |")),
    ]
}

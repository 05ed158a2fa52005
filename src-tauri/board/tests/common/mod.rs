//! Boards and texts for the tests of documents.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    unreachable_pub,
    missing_docs
)]

mod constructs;

use board::*;
pub use constructs::{BREAKERS, CONSTRUCTS};
use proptest::prelude::*;

/// Ids in ascending order of making.
pub fn ids() -> impl FnMut() -> u128 {
    let mut next = 0u128;
    move || {
        next += 1;
        // Spread, so that the order of ids is not the order of making.
        next.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C)
    }
}

fn random(mut state: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below.max(1)
    }
}

/// Texts with much in them that means something to Markdown.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => proptest::sample::select(naughty()),
        2 => proptest::collection::vec(token(), 0..12).prop_map(|tokens| tokens.concat()),
        1 => "(?s).{0,40}",
        1 => "[a-z ]{1,30}",
    ]
}

fn token() -> impl Strategy<Value = String> {
    let tokens = [
        "\n",
        "\n",
        " ",
        "  ",
        "\t",
        "a",
        "bc",
        "Über",
        "1.",
        "12)",
        "-",
        "--",
        "---",
        "===",
        "*",
        "**",
        "_",
        "__",
        "`",
        "```",
        "~",
        "~~~",
        "#",
        "##",
        ">",
        "<",
        "<b>",
        "</b>",
        "<!--",
        "-->",
        "&",
        "&amp;",
        "&#10;",
        "&nbsp;",
        ";",
        "[",
        "]",
        "(",
        ")",
        "[x]",
        "[^1]",
        "]:",
        "!",
        "|",
        ":-",
        "\\",
        "http://a.b",
        "https://x.y/z_w*q",
        "www.a.b",
        "@",
        "a@b.c",
        "$",
        "$$",
        ":",
        ":smile:",
        "+",
        "=",
        "\u{202E}",
        "\u{200B}",
        "\u{A0}",
        "\u{2003}",
        "\u{0}",
        "\u{1}",
        "\u{85}",
        "\r\n",
        "\r",
        "”",
        "“",
        "→",
        "·",
        " · ",
        "*(by X)*",
        "(none recorded)",
        ".",
        ",",
        "'",
        "\"",
        "{",
        "}",
        "^",
        "👩‍👩‍👧",
        "e\u{301}",
        "\u{2028}",
        "\u{FEFF}",
    ];
    proptest::sample::select(tokens.to_vec()).prop_map(str::to_owned)
}

/// A board with these texts, any shape.
pub fn board() -> impl Strategy<Value = Board> {
    (any::<u64>(), proptest::collection::vec(text(), 1..14))
        .prop_map(|(seed, texts)| make(seed, &texts))
}

pub fn make(seed: u64, texts: &[String]) -> Board {
    let mut random = random(seed);
    let mut ids = ids();
    let mut board = Board::default();
    let mut at = seed as usize % 7;
    let mut text = move || {
        at += 1;
        texts[at % texts.len()].clone()
    };
    let mut order = {
        let orders = Order::n_between(None, None, 60);
        let mut shuffle = self::random(seed ^ 1);
        move || orders[shuffle(60) as usize].clone()
    };
    let moments = [
        "",
        "2025-01-08",
        "2025-01-08T09:30",
        "2025-01-09",
        "2024-12-31T23:59",
    ];
    board.meta.title = text();
    board.meta.summary = text();
    board.meta.team = text();
    board.meta.held_on = moments[random(4) as usize % 2].to_owned();
    if random(2) == 0 {
        board.meta.promised = Some(When {
            label: text(),
            at: moments[random(5) as usize].to_owned(),
        });
        board.meta.template = "delivery-review".to_owned();
        for (id, kind) in [("scene", PhaseKind::Scene), ("close", PhaseKind::Close)] {
            board.meta.phases.push(Phase {
                id: id.to_owned(),
                kind,
                title: text(),
                question: String::new(),
                purpose: String::new(),
                prompts: vec![],
                tips: vec![],
                swap: None,
                minutes: random(9) as u32,
                skipped: random(3) == 0,
                writing: Writing::default(),
            });
        }
    }
    let mut people = vec![];
    for _ in 0..random(4) {
        let id = PersonId::from_bits(ids());
        people.push(id);
        board.put(Record::Person(Person {
            id,
            name: text(),
            tint: Tint::T3,
            facilitator: random(2) == 0,
        }));
    }
    let mut parents = vec![Parent::Board];
    for _ in 0..random(4) {
        let id = SectionId::from_bits(ids());
        parents.push(Parent::Section(id));
        board.put(Record::Section(Section {
            id,
            title: text(),
            prompt: if random(2) == 0 {
                text()
            } else {
                String::new()
            },
            kind: NoteKind::ALL[random(7) as usize],
            layout: Layout::ALL[random(3) as usize],
            x: random(900) as i32,
            y: 0,
            size: Size { w: 560, h: 400 },
            order: order(),
            collapsed: random(2) == 0,
            locked: false,
        }));
    }
    let mut keys: Vec<Key> = board.sections.keys().map(|id| Key::Section(*id)).collect();
    let homes = parents.clone();
    for _ in 0..random(4) {
        let id = ThemeId::from_bits(ids());
        let parent = homes[random(homes.len() as u64) as usize];
        parents.push(Parent::Theme(id));
        keys.push(id.into());
        board.put(Record::Theme(Theme {
            id,
            name: text(),
            place: Place {
                parent,
                x: random(500) as i32,
                y: random(500) as i32,
                order: order(),
            },
            collapsed: false,
            locked: false,
        }));
    }
    for _ in 0..random(10) {
        let id = NoteId::from_bits(ids());
        keys.push(id.into());
        let parent = parents[random(parents.len() as u64) as usize];
        board.put(Record::Note(Note {
            id,
            text: text(),
            kind: NoteKind::Well,
            place: Place {
                parent,
                x: random(500) as i32,
                y: random(500) as i32,
                order: order(),
            },
            size: (random(4) == 0).then_some(Size { w: 200, h: 100 }),
            author: (!people.is_empty() && random(2) == 0).then(|| people[0]),
            made: random(9) as i64,
            when: (random(2) == 0).then(|| When {
                label: text(),
                at: moments[random(5) as usize].to_owned(),
            }),
            source: if random(2) == 0 {
                text()
            } else {
                String::new()
            },
            parked: random(5) == 0,
            locked: false,
        }));
    }
    for _ in 0..random(4) {
        let id = FollowUpId::from_bits(ids());
        let reach = match random(3) {
            0 => Reach::Team,
            1 => Reach::Everyone,
            _ => Reach::Teams(vec![text(), text()]),
        };
        board.put(Record::FollowUp(FollowUp {
            id,
            text: text(),
            owner: text(),
            due: moments[random(2) as usize].to_owned(),
            kind: FollowUpKind::ALL[random(5) as usize],
            reach,
            status: FollowUpStatus::ALL[random(4) as usize],
            from: keys.get(random(9) as usize).copied(),
            outcome: text(),
            spot: String::new(),
            locked: false,
            place: Place {
                parent: homes[random(homes.len() as u64) as usize],
                x: 0,
                y: 0,
                order: order(),
            },
        }));
        keys.push(id.into());
    }
    for _ in 0..random(4) {
        let id = ConnectorId::from_bits(ids());
        let mut end = || {
            keys.get(random(12) as usize)
                .map_or(End::At(3, -4), |key| End::On(*key))
        };
        let (from, to) = (end(), end());
        board.put(Record::Connector(Connector {
            id,
            from,
            to,
            label: text(),
        }));
    }
    let id = StrokeId::from_bits(ids());
    board.put(Record::Stroke(Stroke {
        id,
        place: Place {
            parent: Parent::Board,
            x: 0,
            y: 0,
            order: order(),
        },
        points: vec![0, 0, 128, 10, -10, 255],
        width: 3,
        tint: Tint::T8,
    }));
    board
}

/// Texts that have broken something somewhere, and every construct of CommonMark and GFM.
pub fn naughty() -> Vec<String> {
    [NAUGHTY, CONSTRUCTS, BREAKERS]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

pub const NAUGHTY: &[&str] = &[
    // Plain
    "plain words",
    "two\nlines",
    "a\n\nb",
    "a\n\n\nb",
    "\nleading",
    "trailing\n",
    "\n\n",
    " ",
    "  two  spaces  ",
    "hard  \nbreak",
    "soft\\\nbreak",
    "tab\there",
    "\ttab first",
    "ends with tab\t",
    // Headings
    "# h1",
    "## h2",
    "####### no",
    "#hash",
    "# closed #",
    "C#",
    "a #",
    "a ##",
    "Title\n===",
    "Title\n---",
    "Title\n-",
    "Title\n=",
    "a\nb\n---\nc",
    // Rules
    "---",
    "***",
    "___",
    " ---",
    "- - -",
    "* * *",
    "_ _ _",
    "-----x",
    // Lists
    "- a",
    "* a",
    "+ a",
    "-a",
    "-",
    "+",
    "*",
    "1. a",
    "1) a",
    "1.",
    "999999999. a",
    "1234567890. a",
    "10.5 percent",
    "a\n- b\n- c",
    "- a\n  - b\n    - c",
    "a\n1. b\n2. c",
    "- [ ] task",
    "[ ] task",
    "[x] done",
    "- [x] done",
    "[X]",
    "0. zero",
    // Quotes, code
    "> quote",
    ">quote",
    "> a\n> b",
    "a\n> b",
    "```\ncode\n```",
    "~~~\ncode\n~~~",
    "```rust",
    "    indented",
    "a\n    b",
    "`code`",
    "``a`b``",
    "`",
    "``",
    "a ` b ` c",
    "`unclosed",
    "\\`",
    // Emphasis
    "*em*",
    "**strong**",
    "_em_",
    "__strong__",
    "***both***",
    "snake_case_name",
    "_leading",
    "trailing_",
    "a*b*c",
    "a_b_c",
    "2*3*4",
    "**",
    "__",
    "*a",
    "a**",
    "~~gone~~",
    "~gone~",
    "~",
    "~~",
    "a ~ b ~ c",
    "*(by Ama)*",
    "*(none)*",
    "(facilitator)",
    "_(by X)_",
    // HTML
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "<!-- comment -->",
    "<!--",
    "-->",
    "<br>",
    "<div>",
    "</div>",
    "<details><summary>",
    "<?php ?>",
    "<![CDATA[x]]>",
    "<!DOCTYPE html>",
    "<a href='x'>",
    "1 < 2",
    "a <b c",
    "<>",
    "<@>",
    "< b >",
    "<pre>",
    "<style>",
    "<textarea>\n\n</textarea>",
    "<http://x.y>",
    "<a@b.c>",
    "<img src=x onerror=alert(1)>",
    // Entities
    "&amp;",
    "&lt;b&gt;",
    "&nbsp;",
    "&#42;x&#42;",
    "&#x2A;",
    "&copy",
    "&copy;",
    "&",
    "a & b",
    "&&",
    "AT&T",
    "&#0;",
    "&#10;",
    "&unknown;",
    "R&D;",
    // Links and images
    "[a](b)",
    "[a]",
    "[a][b]",
    "[a]: /url",
    "[a]: /url \"t\"\n\n[a]",
    "![i](u)",
    "![]()",
    "[](x)",
    "[^1]",
    "[^1]: note",
    "a[^1]\n\n[^1]: b",
    "]",
    "](",
    "[",
    "[[wiki]]",
    "[a](<b c>)",
    "http://example.com",
    "https://example.com/a_b_c*d*?e=1&f=2#g",
    "see https://example.com.",
    "(https://example.com/x_(y))",
    "https://example.com/&amp;x",
    "www.example.com",
    "a www.example.com b",
    "WWW.x.y",
    "ftp://x.y",
    "me@example.com",
    "a.b-c_d@e-f.g",
    "mailto:a@b.c",
    "xmpp:a@b.c/d",
    "http://",
    "https://",
    "xhttp://y.z",
    "http://<x>",
    "https://a.b/~c",
    "https://x.y|z",
    "http://a.b`c`",
    "https://a.b/c\nhttps://d.e",
    // Tables
    "a | b\n--- | ---\nc | d",
    "| a |\n| - |",
    "|",
    "||",
    "\\|",
    "\\\\|",
    "a|b",
    "a\n:-",
    "a\n:-:",
    "a | b\n:-: | -:",
    "`a|b`",
    "\\",
    "\\\\",
    "a\\",
    "a\\\nb",
    "\\*",
    "\\n",
    // Front matter and other dialects
    "---\ntitle: x\n---",
    "+++\nx\n+++",
    "---\n",
    "...",
    "$x$",
    "$$x$$",
    "costs $5 and $6",
    ":smile:",
    ":+1:",
    "{#id}",
    "{{ x }}",
    "{% x %}",
    "==mark==",
    "^sup^",
    "H~2~O",
    "!!! note",
    "> [!NOTE]\n> x",
    "Term\n: definition",
    ": x",
    "%%c%%",
    "@user",
    "#123",
    "[toc]",
    "[[_TOC_]]",
    // The document's own words
    "(none recorded)",
    "Summary",
    "Follow-ups",
    "Parking lot",
    "Who was there",
    "Notes that stand alone",
    "(untitled)",
    "What to emulate",
    "Also on the board",
    "Links",
    "## Summary",
    "a · b",
    "“a” → “b”",
    "“",
    "”",
    "when 8 Jan · by Ama",
    "(time unknown)",
    "2025-01-08",
    "8 Jan (2025-01-08)",
    "| When | What | Source |",
    "- [ ] a\\\n  *(owner X)*",
    // Characters
    "\u{202E}evil\u{202C}",
    "\u{2066}a\u{2069}",
    "\u{200F}",
    "a\u{200B}b",
    "a\u{200D}b",
    "\u{FEFF}bom",
    "a\u{AD}b",
    "\u{0}",
    "a\u{0}b",
    "\u{1}",
    "\u{7}\u{8}",
    "\u{B}\u{C}",
    "\u{1B}[31m",
    "\u{7F}",
    "\u{85}",
    "a\u{85}b",
    "a\u{2028}b\u{2029}c",
    "\u{A0}",
    "a\u{A0}b",
    "\u{A0}a\u{A0}",
    "\u{2003}x\u{2003}",
    "\u{3000}日本語\u{3000}",
    "שלום עולם",
    "مرحبا",
    "e\u{301}",
    "👩‍👩‍👧‍👦",
    "🇩🇪",
    "ﷺ",
    "Z͑ͫ̓ͪ̂a",
    "\u{FFFE}",
    "\u{FFFF}",
    "\u{10FFFF}",
    "\u{E0001}",
    "\u{FFFD}",
    "a\r\nb",
    "a\rb",
    "\r",
    "Ω≈ç√∫",
    "‘’“”«»",
    // Spreadsheets and shells, for good measure
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "'; DROP TABLE",
    "$(rm -rf)",
    "%s%n",
    "null",
    "NaN",
    "../../x",
    "C:\\x\\y",
];

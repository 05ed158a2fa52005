use super::*;
use expect_test::{Expect, expect};
use std::collections::BTreeSet;

/// Sentences the rules were made with: half of them traps.
const LABELLED: &str = include_str!("../../wording/labelled.jsonl");
/// Sentences nobody looked at while making them.
const HELD_OUT: &str = include_str!("../../wording/held-out.jsonl");

#[derive(Deserialize)]
struct Labelled {
    text: String,
    rules: BTreeSet<String>,
    /// Rules that may speak as well.
    #[serde(default)]
    also: BTreeSet<String>,
}

struct Score {
    right: usize,
    wrong: Vec<String>,
    missed: Vec<String>,
    sentences: usize,
    traps: usize,
}

impl Score {
    fn of(lines: &str) -> Self {
        let (mut right, mut wrong, mut missed) = (0, Vec::new(), Vec::new());
        let (mut sentences, mut traps) = (0, 0);
        for line in lines.lines() {
            let one: Labelled = serde_json::from_str(line).unwrap();
            sentences += 1;
            traps += usize::from(one.rules.is_empty());
            let said: BTreeSet<String> = hints(&one.text).into_iter().map(|h| h.rule).collect();
            right += said.intersection(&one.rules).count();
            for rule in said
                .difference(&one.rules)
                .filter(|r| !one.also.contains(*r))
            {
                wrong.push(format!("{rule}: {}", one.text));
            }
            for rule in one.rules.difference(&said) {
                missed.push(format!("{rule}: {}", one.text));
            }
        }
        Self {
            right,
            wrong,
            missed,
            sentences,
            traps,
        }
    }

    /// In thousandths, so that no float is compared.
    fn precision(&self) -> usize {
        self.right * 1000 / (self.right + self.wrong.len())
    }

    fn recall(&self) -> usize {
        self.right * 1000 / (self.right + self.missed.len())
    }
}

#[test]
fn the_rules_are_sound() {
    let rules = parse(FILE).unwrap();
    assert_eq!(rules.len(), 9);
    assert!(rules.iter().all(|rule| !rule.ask.is_empty()));
    assert!(expand("{nobody-knows-it}", &BTreeMap::new()).is_err());
    let circle = BTreeMap::from([("a".to_owned(), "{a}".to_owned())]);
    assert!(expand("{a}", &circle).is_err());
}

#[test]
fn w11_hints_are_right_nine_times_in_ten_on_sentences_they_were_made_with() {
    let score = Score::of(LABELLED);
    assert!(score.sentences >= 150 && score.traps * 5 >= score.sentences * 2);
    let said = (&score.wrong, &score.missed);
    assert!(
        score.precision() >= 950 && score.recall() >= 950,
        "{said:#?}"
    );
}

#[test]
fn w11_hints_are_right_nine_times_in_ten_on_sentences_they_have_not_seen() {
    let score = Score::of(HELD_OUT);
    assert!(score.sentences >= 100);
    assert!(score.precision() >= 900 && score.recall() >= 700);
}

fn check(text: &str, expected: &Expect) {
    let told: Vec<String> = hints(text)
        .into_iter()
        .map(|hint| {
            let units: Vec<u16> = text.encode_utf16().collect();
            let words = &units[hint.start as usize..hint.end as usize];
            format!("{}: {}\n", hint.rule, String::from_utf16(words).unwrap())
        })
        .collect();
    expected.assert_eq(&told.concat());
}

#[test]
fn a_hint_points_at_its_words_in_utf16() {
    check(
        "🎉 It went live. Tom’s team should’ve told us!",
        &expect![[r#"
            counterfactual: Tom’s team should’ve told
        "#]],
    );
}

#[test]
fn what_others_said_and_what_machines_did_raise_nothing() {
    check(
        "The customer said “you should have told us”.\n> why didn't you?\nThe retry could have doubled the load.",
        &expect![[""]],
    );
}

#[test]
fn any_text_is_taken_and_a_long_one_in_one_go() {
    for text in [
        "",
        "\u{0}\u{feff}",
        "?!.…",
        "``",
        "\"",
        "{person}",
        &"why did you ".repeat(2_000),
    ] {
        let told = hints(text);
        let length = text.encode_utf16().count();
        assert!(
            told.iter()
                .all(|hint| hint.start <= hint.end && hint.end as usize <= length)
        );
    }
}

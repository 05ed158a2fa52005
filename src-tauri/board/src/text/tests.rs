use super::*;
use proptest::prelude::*;

fn edit(splices: &[(u32, u32, &str)]) -> TextEdit {
    TextEdit(
        splices
            .iter()
            .map(|&(from, to, insert)| Splice {
                from,
                to,
                insert: insert.to_owned(),
            })
            .collect(),
    )
}

#[test]
fn offsets_are_utf16_and_never_cut_a_pair() {
    assert_eq!(edit(&[(2, 3, "!")]).apply("👋a").as_deref(), Ok("👋!"));
    assert_eq!(
        edit(&[(1, 1, "x")]).apply("👋a"),
        Err(TextError::SplitsCharacter)
    );
    assert_eq!(
        edit(&[(0, 1, "")]).apply("👋a"),
        Err(TextError::SplitsCharacter)
    );
    assert_eq!(edit(&[(0, 4, "")]).apply("👋a"), Err(TextError::OutOfRange));
    assert_eq!(edit(&[(2, 1, "")]).apply("abc"), Err(TextError::OutOfRange));
    assert_eq!(
        edit(&[(0, 2, ""), (1, 3, "")]).apply("abc"),
        Err(TextError::OutOfRange)
    );
    assert_eq!(
        edit(&[(u32::MAX, u32::MAX, "")]).apply("abc"),
        Err(TextError::OutOfRange)
    );
}

#[test]
fn a_text_does_not_outgrow_its_bound_but_may_shrink_towards_it() {
    let full = "é".repeat(MAX_TEXT);
    assert_eq!(edit(&[(0, 0, "x")]).apply(&full), Err(TextError::TooLong));
    assert!(edit(&[(0, 1, "x")]).apply(&full).is_ok());
    let over = "é".repeat(MAX_TEXT + 5);
    assert!(edit(&[(0, 1, "")]).apply(&over).is_ok());
}

#[test]
fn a_diff_keeps_what_is_the_same() {
    let diff = TextEdit::diff("Refund tests fail 👋🏽", "Refund tests turn up an error 👋🏽");
    assert_eq!(
        diff.apply("Refund tests fail 👋🏽").as_deref(),
        Ok("Refund tests turn up an error 👋🏽")
    );
    assert!(
        diff.0
            .iter()
            .all(|splice| splice.from >= 13 && splice.to <= 17),
        "{diff:?}"
    );
    assert!(TextEdit::diff("same", "same").is_empty());
}

#[test]
fn diffs_of_two_people_merge() {
    let old = "The supplier moved our slot. We heard on Friday.";
    let ours = TextEdit::diff(
        old,
        "The supplier moved our slot by two weeks. We heard on Friday.",
    );
    let theirs = TextEdit::diff(old, "The supplier moved our slot. We heard on Monday.");
    let merged = theirs
        .map(&ours, false)
        .apply(&ours.apply(old).unwrap())
        .unwrap();
    assert_eq!(
        merged,
        "The supplier moved our slot by two weeks. We heard on Monday."
    );
}

#[test]
fn who_comes_first_at_one_spot_is_said_by_the_side() {
    let (a, b) = (edit(&[(1, 1, "A")]), edit(&[(1, 1, "B")]));
    assert_eq!(a.map(&b, true), edit(&[(1, 1, "A")]));
    assert_eq!(a.map(&b, false), edit(&[(2, 2, "A")]));
}

/// A text and `n` edits that fit it.
fn text_and_edits(n: usize) -> impl Strategy<Value = (String, Vec<TextEdit>)> {
    let part = prop_oneof!["[a-c ]{0,3}", Just("👋".to_owned()), Just("é\n".to_owned())];
    (
        proptest::collection::vec(part.clone(), 0..6),
        proptest::collection::vec(
            proptest::collection::vec((0..12usize, 0..4usize, part), 0..4),
            n..=n,
        ),
    )
        .prop_map(|(parts, edits)| {
            let text: String = parts.concat();
            let edits = edits
                .into_iter()
                .map(|splices| fit(&text, splices))
                .collect();
            (text, edits)
        })
}

/// Splices made of gaps and lengths in characters, so that they are ascending and cut nothing.
fn fit(text: &str, splices: Vec<(usize, usize, String)>) -> TextEdit {
    let ends: Vec<u32> = text
        .chars()
        .scan(0, |at, c| {
            *at += u32::try_from(c.len_utf16()).unwrap();
            Some(*at)
        })
        .collect();
    let unit = |i: usize| {
        if i == 0 {
            0
        } else {
            ends.get(i - 1).or(ends.last()).copied().unwrap_or(0)
        }
    };
    let mut at = 0;
    let mut edit = Vec::new();
    for (gap, len, insert) in splices {
        let (from, to) = (unit(at + gap), unit(at + gap + len));
        edit.push(Splice { from, to, insert });
        at += gap + len;
    }
    TextEdit(edit)
}

proptest! {
    #[test]
    fn an_inverse_takes_back((text, edits) in text_and_edits(1)) {
        let after = edits[0].apply(&text).unwrap();
        let back = edits[0].invert(&text).unwrap();
        prop_assert_eq!(back.apply(&after).unwrap(), text);
    }

    #[test]
    fn two_edits_meet_whichever_comes_first((text, edits) in text_and_edits(2), before: bool) {
        let (a, b) = (&edits[0], &edits[1]);
        let one = b.map(a, !before).apply(&a.apply(&text).unwrap()).unwrap();
        let other = a.map(b, before).apply(&b.apply(&text).unwrap()).unwrap();
        prop_assert_eq!(one, other);
    }

    #[test]
    fn composed_is_one_after_the_other((text, edits) in text_and_edits(2)) {
        let (a, b) = (&edits[0], edits[1].map(&edits[0], false));
        let step_by_step = b.apply(&a.apply(&text).unwrap()).unwrap();
        prop_assert_eq!(a.compose(&b).unwrap().apply(&text).unwrap(), step_by_step);
    }

    #[test]
    fn a_diff_makes_the_new_text(old in "[a-d 👋é]{0,30}", new in "[a-d 👋é]{0,30}") {
        prop_assert_eq!(TextEdit::diff(&old, &new).apply(&old).unwrap(), new);
    }

    #[test]
    fn edits_from_outside_never_panic(
        text in "\\PC{0,8}",
        splices in proptest::collection::vec((any::<u32>(), any::<u32>(), "\\PC{0,3}"), 0..4),
        more in proptest::collection::vec((0..20u32, 0..20u32, "[a👋]{0,3}"), 0..4),
    ) {
        let make = |s: Vec<(u32, u32, String)>| TextEdit(
            s.into_iter().map(|(from, to, insert)| Splice { from, to, insert }).collect());
        let (a, b) = (make(splices), make(more));
        for (a, b) in [(&a, &b), (&b, &a)] {
            let _ = (a.apply(&text), a.invert(&text), a.map(b, true), a.compose(b));
        }
    }
}

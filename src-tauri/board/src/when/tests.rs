use super::*;
use proptest::prelude::*;

#[test]
fn what_people_type() {
    let read = |label: &str| When::parse(label, Some("2018-03-22")).at;
    for (label, at) in [
        ("2018-02-20", "2018-02-20"),
        ("2018-02-20T14:17", "2018-02-20T14:17"),
        ("2018-02-20T14:17:09.5Z", "2018-02-20T14:17"),
        ("2018-02-20 14:17 CET", "2018-02-20T14:17"),
        ("2018-02-20 14:17+01:00", "2018-02-20T14:17"),
        ("2018-02-20T14:17-05:00", "2018-02-20T14:17"),
        ("2018/2/20", "2018-02-20"),
        ("Feb 20 2018 14:17", "2018-02-20T14:17"),
        ("8 Jan", "2018-01-08"),
        ("Jan 8 2026", "2026-01-08"),
        ("8 January", "2018-01-08"),
        ("Mon, 8th of January at 9h30", "2018-01-08T09:30"),
        ("8. Januar", "2018-01-08"),
        ("Mi 20.2. 14:17 Uhr", "2018-02-20T14:17"),
        ("20.2.2017", "2017-02-20"),
        ("1er février", "2018-02-01"),
        ("15 août 2017", "2017-08-15"),
        ("3 März", "2018-03-03"),
        ("12 Dec", "2017-12-12"),
        ("18 April", "2018-04-18"),
        ("30 April", "2017-04-30"),
        ("29 Feb", "2016-02-29"),
        ("14:55", "2018-03-22T14:55"),
        ("2:55 pm", "2018-03-22T14:55"),
        ("2:55pm", "2018-03-22T14:55"),
        ("around 9 am", "2018-03-22T09:00"),
        ("12 am", "2018-03-22T00:00"),
        ("12:30 pm", "2018-03-22T12:30"),
        ("22 Jan, 2pm", "2018-01-22T14:00"),
        // What does not say.
        ("the Friday before", ""),
        ("Friday", ""),
        ("January 2018", ""),
        ("3/4/2018", ""),
        ("8-10 Jan", ""),
        ("14:05-14:20", ""),
        ("9:00-10:00", ""),
        ("25:00", ""),
        ("13 pm", ""),
        ("30 Feb 2018", ""),
        ("8 Jan or 9 Jan", ""),
        ("week 12", ""),
        ("", ""),
    ] {
        assert_eq!(read(label), at, "{label}");
    }
}

#[test]
fn without_a_context_only_whole_dates_have_a_moment() {
    for (label, at) in [("8 Jan", ""), ("14:55", ""), ("8 Jan 2018", "2018-01-08")] {
        assert_eq!(When::parse(label, None).at, at, "{label}");
    }
    assert_eq!(When::parse("8 Jan", Some("soon")).at, "");
}

#[test]
fn among_others_the_entry_before_completes_what_is_left_out() {
    let read = |label: &str, before: &str, held_on: &str| {
        When::parse_among(label, || Some(before.to_owned()), held_on).at
    };
    assert_eq!(
        read("14:55", "2018-02-20T09:00", "2018-03-22"),
        "2018-02-20T14:55"
    );
    assert_eq!(read("5 Mar", "2018-02-20", "2018-03-22"), "2018-03-05");
    assert_eq!(read("3 Jan", "2017-12-20", ""), "2018-01-03");
    assert_eq!(read("20 Dec", "2018-01-03", ""), "2017-12-20");
}

#[test]
fn the_label_stays_as_typed() {
    assert_eq!(
        When::parse(" the Friday\nbefore ", None).label,
        "the Friday before"
    );
}

proptest! {
    #[test]
    fn any_words_mean_a_moment_or_none(
        label in "\\PC{0,24}|[0-9 :.apmt/-]{0,20}|[0-9]{1,2} (jan|märz|pm)[ 0-9:]{0,8}",
        context in proptest::option::of("[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    ) {
        let when = When::parse(&label, context.as_deref());
        prop_assert!(when.at.is_empty() || is_moment(&when.at), "{when:?}");
    }
}

//! Times at the beginning of a line: "[13:26] …", "**19:12 UTC** - …", "Feb 20 2018 14:17".
//!
//! Here is only found where the time ends and the words begin; what moment it means is
//! [`When::parse`]'s to say.

use crate::When;

/// A time, and what follows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lead<'a> {
    pub(super) label: &'a str,
    pub(super) rest: &'a str,
    /// Whether it has a time of day; else it is a day.
    pub(super) clock: bool,
}

/// Words longer than this are no part of a time; the rest of a long line is not looked at.
const WORDS: usize = 10;
const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "januar",
    "februar",
    "märz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
];
const AROUND: &[&str] = &[
    "am",
    "pm",
    "a.m",
    "p.m",
    "utc",
    "gmt",
    "cet",
    "cest",
    "est",
    "edt",
    "cst",
    "cdt",
    "mst",
    "mdt",
    "pst",
    "pdt",
    "bst",
    "ist",
    "jst",
    "uhr",
    "at",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Clock,
    Day,
    Month,
    Number,
    Around,
    Dash,
}

/// The time a text begins with.
pub(super) fn leading(text: &str) -> Option<Lead<'_>> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("[???]") {
        return Some(Lead {
            label: "???",
            rest: rest.trim(),
            clock: true,
        });
    }
    let start = text
        .find(|c| !matches!(c, '[' | '(' | '*' | '_' | ' '))
        .unwrap_or(text.len());
    let mut end = start;
    let mut at = start;
    let (mut clock, mut day, mut month, mut number) = (false, false, false, false);
    for _ in 0..WORDS {
        let rest = text.get(at..)?;
        let gap = rest.len() - rest.trim_start().len();
        let rest = rest.get(gap..)?;
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len()).min(40);
        let Some(word) = rest.get(..length) else {
            break;
        };
        let Some(kind) = classify(word) else { break };
        match kind {
            Word::Clock => clock = true,
            Word::Day => day = true,
            Word::Month => month = true,
            Word::Number => number = true,
            Word::Around | Word::Dash => {}
        }
        // A dash is part of a range only between times.
        if kind == Word::Dash {
            let next = rest.get(length..)?.split_whitespace().next();
            if !next
                .and_then(classify)
                .is_some_and(|next| next == Word::Clock)
            {
                break;
            }
        }
        at += gap + length;
        end = at;
        if word.ends_with([':', ']']) {
            break;
        }
    }
    if !(clock || day || (month && number)) {
        return None;
    }
    let label = text
        .get(start..end)?
        .trim_end_matches([':', ']', ',', ' ', '*', '-', '–', '—']);
    let label = if label.contains('(') {
        label
    } else {
        label.trim_end_matches(')')
    };
    let label = if label.ends_with(')') && !label.contains('(') {
        label.trim_end_matches(')')
    } else {
        label
    };
    let rest = text
        .get(end..)?
        .trim_start_matches([':', ']', ')', '-', '–', '—', '|', ' ', '*', '\n', '\t']);
    Some(Lead { label, rest, clock })
}

fn classify(word: &str) -> Option<Word> {
    if matches!(word, "-" | "–" | "—" | "to") {
        return Some(Word::Dash);
    }
    let bare = word
        .trim_matches(['[', ']', '(', ')', ',', ':', '.', '~', '*', '≈'])
        .to_lowercase();
    if bare.is_empty() {
        return None;
    }
    if is_clock(&bare) || bare.split(['-', '–']).all(is_clock) {
        return Some(Word::Clock);
    }
    if let Some((day, time)) = bare.split_once('t')
        && is_day(day)
        && time.get(..5).is_some_and(is_clock)
    {
        return Some(Word::Clock);
    }
    if is_day(&bare) {
        return Some(Word::Day);
    }
    if bare.chars().count() >= 3 && MONTHS.iter().any(|month| month.starts_with(&bare))
        || bare == "sept"
    {
        return Some(Word::Month);
    }
    if AROUND.contains(&bare.as_str()) {
        return Some(Word::Around);
    }
    let number = |part: &str| {
        let digits = part.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let suffix = part.get(digits.len()..).unwrap_or("");
        matches!(suffix, "" | "st" | "nd" | "rd" | "th")
            && matches!(digits.len(), 1 | 2 | 4)
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    bare.split(['-', '–']).all(number).then_some(Word::Number)
}

/// `14:05`, `14:05:59`, `2:05pm`.
fn is_clock(word: &str) -> bool {
    let word = word
        .trim_end_matches("am")
        .trim_end_matches("pm")
        .trim_end_matches('z');
    let mut parts = word.split(':');
    let (Some(hour), Some(minute)) = (parts.next(), parts.next()) else {
        return false;
    };
    let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    (two(hour) || (hour.len() == 1 && hour.bytes().all(|byte| byte.is_ascii_digit())))
        && two(minute)
        && parts.all(|part| part.get(..2).is_some_and(two))
}

/// `2018-02-20`.
fn is_day(word: &str) -> bool {
    crate::when::is_date(word)
}

/// The first day that stands anywhere in a title.
pub(super) fn day_in(title: &str) -> Option<String> {
    let spaced = title.replace(['_', '/'], " ");
    let words: Vec<(usize, &str)> = spaced
        .split_whitespace()
        .map(|word| (word.as_ptr() as usize - spaced.as_ptr() as usize, word))
        .take(60)
        .collect();
    for (at, word) in words {
        // A day within a file's name: "outage-2019-05-30.md".
        for (from, _) in word.char_indices() {
            if let Some(day) = word.get(from..from + 10).filter(|day| is_day(day)) {
                return Some(day.to_owned());
            }
        }
        if let Some(lead) = spaced.get(at..).and_then(leading) {
            let when = When::parse(lead.label, None);
            if let Some(day) = when.at.get(..10) {
                return Some(day.to_owned());
            }
        }
    }
    None
}

/// The clock that entries of a timeline carry from one to the next.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// `YYYY-MM-DD`.
    pub(super) day: Option<String>,
    /// `HH:MM` of the entry before on that day.
    time: String,
}

impl Clock {
    /// The moment of a label: what it leaves out is as in the entry before. A time that is half
    /// a day earlier than the one before is on the next day.
    pub(super) fn when(&mut self, label: &str) -> When {
        let mut when = When::parse(label, self.day.as_deref());
        if when.at.is_empty()
            && let Some((first, _)) = label.split_once(['-', '–'])
        {
            // A range happens when it begins.
            when.at = When::parse(first.trim(), self.day.as_deref()).at;
        }
        let time = when.at.get(11..).unwrap_or("").to_owned();
        let says_day = !When::parse(label, None).at.is_empty()
            || label.chars().any(|c| c.is_alphabetic()) && classify_any(label);
        if !says_day
            && !time.is_empty()
            && half_a_day_earlier(&time, &self.time)
            && let Some(next) = self.day.as_deref().and_then(next_day)
        {
            when.at = format!("{next}T{time}");
        }
        if let Some(day) = when.at.get(..10) {
            self.day = Some(day.to_owned());
            self.time = time;
        }
        when
    }

    /// A new day begins: headings that say one.
    pub(super) fn start(&mut self, day: &str) {
        self.day = Some(day.to_owned());
        self.time.clear();
    }
}

/// Whether a label names a month.
fn classify_any(label: &str) -> bool {
    label
        .split_whitespace()
        .any(|word| classify(word) == Some(Word::Month))
}

fn half_a_day_earlier(time: &str, before: &str) -> bool {
    let minutes = |time: &str| -> Option<i32> {
        let (hour, minute) = time.split_once(':')?;
        Some(hour.parse::<i32>().ok()? * 60 + minute.parse::<i32>().ok()?)
    };
    matches!((minutes(time), minutes(before)), (Some(time), Some(before)) if before - time >= 12 * 60)
}

/// The day after, found by asking which of the possible dates exists.
fn next_day(day: &str) -> Option<String> {
    let year: u32 = day.get(..4)?.parse().ok()?;
    let month: u32 = day.get(5..7)?.parse().ok()?;
    let date: u32 = day.get(8..10)?.parse().ok()?;
    [
        (year, month, date + 1),
        (year, month + 1, 1),
        (year + 1, 1, 1),
    ]
    .into_iter()
    .map(|(year, month, date)| format!("{year:04}-{month:02}-{date:02}"))
    .find(|day| crate::when::is_date(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_ends_where_the_words_begin() {
        for (text, label, rest) in [
            ("[13:26] @cblecker reports", "13:26", "@cblecker reports"),
            (
                "19:12 UTC - Routine deployment",
                "19:12 UTC",
                "Routine deployment",
            ),
            (
                "22:30 UTC (Oct 29) - Incident reported",
                "22:30 UTC (Oct 29)",
                "Incident reported",
            ),
            ("Feb 20 2018 14:17", "Feb 20 2018 14:17", ""),
            ("~13:30-13:45", "~13:30-13:45", ""),
            ("19. April, 11:00", "19. April, 11:00", ""),
            ("2018-04-18 12:35", "2018-04-18 12:35", ""),
            (
                "October 21, 2025 - Redis Overload",
                "October 21, 2025",
                "Redis Overload",
            ),
            (
                "October 29-30, 2025 - Latency",
                "October 29-30, 2025",
                "Latency",
            ),
            ("8 Jan: plan agreed", "8 Jan", "plan agreed"),
            ("14:00 - 15:30 all down", "14:00 - 15:30", "all down"),
            ("[???] IOPS reached", "???", "IOPS reached"),
        ] {
            let lead = leading(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((lead.label, lead.rest), (label, rest), "{text}");
        }
        for text in [
            "May we ask",
            "12 people came",
            "the 14:05 train",
            "",
            "-",
            "[",
            "2018 was hard",
        ] {
            assert_eq!(leading(text), None, "{text}");
        }
    }

    #[test]
    fn the_day_carries_over_and_turns_at_midnight() {
        let mut clock = Clock::default();
        let at: Vec<String> = [
            "14:17",
            "Feb 20 2018 14:17",
            "14:55",
            "14:49",
            "~23:30-23:45",
            "07:00 UTC",
            "19. April, 11:00",
        ]
        .iter()
        .map(|label| clock.when(label).at)
        .collect();
        assert_eq!(
            at,
            [
                "",
                "2018-02-20T14:17",
                "2018-02-20T14:55",
                "2018-02-20T14:49",
                "2018-02-20T23:30",
                "2018-02-21T07:00",
                "2017-04-19T11:00"
            ]
        );
    }
}

//! Dates and times as people type them: "8 Jan", "Feb 20 2018 14:17 CET", "14:55".
//!
//! English, German and French month names are known. A text with a word that is not known here
//! ("the Friday before") means no moment, and neither does a date that can be read in two ways
//! ("3/4/2018"): a wrong date on a timeline is worse than none.

mod calendar;

use crate::When;
use crate::plan::clean_line;
use calendar::Date;

/// How long before the workshop the last of a yearly day must lie, in days: a review looks
/// back, and at what is promised for the weeks just ahead.
const AHEAD: i64 = 31;

impl When {
    /// Reads a label. `context` is the day (`YYYY-MM-DD`) that completes it: a time alone is on
    /// that day; a day without a year is the last one that is at most a month after it. Without
    /// it, such labels have no moment. The zone of a time is left out: moments are local to the
    /// team.
    pub fn parse(label: &str, context: Option<&str>) -> Self {
        let context = context.and_then(Date::parse);
        let read = read(label);
        let at = read.map(|read| read.at(context, context.map(|day| (day, AHEAD))));
        Self {
            label: clean_line(label),
            at: at.unwrap_or_default(),
        }
    }

    /// Reads a label of one of several entries: `before` finds the moment of the entry before it,
    /// `held_on` is the day of the workshop or empty.
    pub(crate) fn parse_among(
        label: &str,
        before: impl FnOnce() -> Option<String>,
        held_on: &str,
    ) -> Self {
        let held_on = Date::parse(held_on);
        let at = read(label).map(|read| {
            if read.is_complete() {
                return read.at(None, None);
            }
            let before = before().and_then(|at| Date::parse(at.get(..10)?));
            // Half a year ahead: the one nearest to the entry before.
            let near = held_on
                .map(|day| (day, AHEAD))
                .or(before.map(|day| (day, 182)));
            read.at(before.or(held_on), near)
        });
        Self {
            label: clean_line(label),
            at: at.unwrap_or_default(),
        }
    }
}

/// Whether this is a day, `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    Date::parse(text).is_some()
}

/// Whether this is a moment, `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`.
pub(crate) fn is_moment(text: &str) -> bool {
    match text.split_once('T') {
        None => is_date(text),
        Some((day, time)) => {
            is_date(day)
                && time.len() == 5
                && time.contains(':')
                && self::time(time)
                    .and_then(|time| twelve_hours(time, None))
                    .is_some()
        }
    }
}

/// What the words say.
#[derive(Debug, Default)]
struct Read {
    year: Option<i64>,
    month: Option<u8>,
    day: Option<u8>,
    /// Hour and minute.
    time: Option<(u8, u8)>,
}

impl Read {
    fn is_complete(&self) -> bool {
        self.year.is_some()
    }

    /// The moment, or nothing where the words do not say.
    fn at(&self, same_day: Option<Date>, near: Option<(Date, i64)>) -> String {
        let date = match (self.year, self.month, self.day) {
            (Some(year), Some(month), Some(day)) => Date::new(year, month, day),
            (None, Some(month), Some(day)) => near.and_then(|(context, ahead)| {
                // February 29 may be some years back.
                (0..9).find_map(|back| {
                    Date::new(context.year + 1 - back, month, day)
                        .filter(|date| date.days() <= context.days() + ahead)
                })
            }),
            (None, None, None) => same_day,
            _ => None,
        };
        match (date, self.time) {
            (Some(date), Some((hour, minute))) => format!("{date}T{hour:02}:{minute:02}"),
            (Some(date), None) if self.day.is_some() => date.to_string(),
            _ => String::new(),
        }
    }
}

/// Words that add nothing to a moment.
const FILLERS: &[&str] = &[
    "at", "on", "of", "the", "about", "around", "ca", "circa", "um", "den", "der", "gegen", "uhr",
    "le", "à", "vers", "et",
];
const WEEKDAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
];
const ZONES: &[&str] = &[
    "z", "utc", "gmt", "bst", "ist", "wet", "west", "cet", "cest", "eet", "eest", "msk", "est",
    "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "jst", "aest", "aedt",
];
/// Month names; a word of three letters or more that begins one of them means it.
const MONTHS: &[(u8, &[&str])] = &[
    (1, &["january", "januar", "jänner", "janvier"]),
    (2, &["february", "februar", "feber", "février", "fevrier"]),
    (3, &["march", "märz", "maerz", "mrz", "mars"]),
    (4, &["april", "avril", "avr"]),
    (5, &["may", "mai"]),
    (6, &["june", "juni", "juin"]),
    (7, &["july", "juli", "juillet", "juil"]),
    (8, &["august", "août", "aout"]),
    (9, &["september", "septembre", "sept"]),
    (10, &["october", "oktober", "octobre"]),
    (11, &["november", "novembre"]),
    (12, &["december", "dezember", "décembre", "decembre"]),
];

/// Reads the words; `None` where one is not known or two say the same thing.
fn read(label: &str) -> Option<Read> {
    let label = label.to_lowercase();
    let mut read = Read::default();
    let words: Vec<&str> = label
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '~' | '(' | ')'))
        .flat_map(parts)
        .filter(|word| !word.is_empty())
        .collect();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let bare = word.trim_end_matches('.');
        let half = words.peek().and_then(|next| half(next));
        if let Some(time) = time(word) {
            if half.is_some() {
                words.next();
            }
            once(&mut read.time, twelve_hours(time, half)?)?;
        } else if let (Some(hour), Some(half)) = (number(word), half) {
            // A number alone is an hour only before am and pm.
            words.next();
            once(&mut read.time, twelve_hours((hour, 0), Some(half))?)?;
        } else if let Some((year, month, day)) = numeric_date(word) {
            if let Some(year) = year {
                once(&mut read.year, year)?;
            }
            once(&mut read.month, month)?;
            once(&mut read.day, day)?;
        } else if let Some(month) = month(bare) {
            once(&mut read.month, month)?;
        } else if let Some(number) = ordinal(bare) {
            match number {
                1..=31 => once(&mut read.day, u8::try_from(number).ok()?)?,
                1900..=2199 => once(&mut read.year, i64::from(number))?,
                _ => return None,
            }
        } else if !(FILLERS.contains(&bare)
            || is_weekday(bare)
            || read.time.is_some() && is_zone(word))
        {
            return None;
        }
    }
    Some(read)
}

/// Takes apart what is written together: "2:55pm", "2018-02-20t14:17".
fn parts(word: &str) -> [&str; 2] {
    let digit_before = |at: usize| word[..at].ends_with(|c: char| c.is_ascii_digit());
    let split = match word.len().checked_sub(2) {
        Some(at) if word.get(at..).is_some_and(|end| half(end).is_some()) && digit_before(at) => {
            Some((at, at))
        }
        _ => (word.as_bytes().get(10) == Some(&b't') && word.get(..10).is_some_and(is_date))
            .then_some((10, 11)),
    };
    let Some((end, start)) = split else {
        return [word, ""];
    };
    // West of Greenwich; without a date before it, this is a span of time.
    let rest = word[start..]
        .split_once('-')
        .map_or(&word[start..], |(time, _)| time);
    [&word[..end], rest]
}

fn once<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

fn number(word: &str) -> Option<u16> {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        word.parse().ok()
    } else {
        None
    }
}

/// 8, 8th, 1er.
fn ordinal(word: &str) -> Option<u16> {
    let bare = ["st", "nd", "rd", "th", "er"]
        .iter()
        .find_map(|end| word.strip_suffix(end));
    number(bare.unwrap_or(word))
}

/// 14:55, 14:55:10, 14h30, 14h; a zone may be written behind. Hour and minute, not yet bounded.
fn time(word: &str) -> Option<(u16, u16)> {
    let (hour, rest) = word.split_once([':', 'h'])?;
    let hour = number(hour)?;
    if rest.is_empty() {
        return word.ends_with('h').then_some((hour, 0));
    }
    let minute = number(rest.get(..2)?)?;
    let mut behind = rest.get(2..)?;
    if let Some(seconds) = behind.strip_prefix(':') {
        behind = seconds.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    }
    (behind.is_empty() || is_zone(behind)).then_some((hour, minute))
}

/// 0 for am, 12 for pm.
fn half(word: &str) -> Option<u16> {
    match word {
        "am" | "a.m." => Some(0),
        "pm" | "p.m." => Some(12),
        _ => None,
    }
}

/// The time on a clock of 24 hours; `None` where there is no such time.
fn twelve_hours((hour, minute): (u16, u16), half: Option<u16>) -> Option<(u8, u8)> {
    let hour = match half {
        None => hour,
        Some(half) => (1..=12).contains(&hour).then_some(hour % 12 + half)?,
    };
    match (u8::try_from(hour), u8::try_from(minute)) {
        (Ok(hour @ 0..=23), Ok(minute @ 0..=59)) => Some((hour, minute)),
        _ => None,
    }
}

/// Year first, or German: 2018-02-20, 2018/2/20, 20.2.2018, 20.2.
fn numeric_date(word: &str) -> Option<(Option<i64>, u8, u8)> {
    let small = |text: &str| number(text).and_then(|n| u8::try_from(n).ok());
    let german = word.contains('.');
    let word = word.strip_suffix('.').filter(|_| german).unwrap_or(word);
    let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
    match parts.as_slice() {
        [day, month, year] if german && year.len() == 4 => {
            Some((Some(number(year)?.into()), small(month)?, small(day)?))
        }
        [day, month] if german => Some((None, small(month)?, small(day)?)),
        [year, month, day] if !german && year.len() == 4 => {
            Some((Some(number(year)?.into()), small(month)?, small(day)?))
        }
        _ => None,
    }
}

fn month(word: &str) -> Option<u8> {
    let begins = |name: &str| word.chars().count() >= 3 && name.starts_with(word);
    MONTHS
        .iter()
        .find(|(_, names)| names.iter().any(|name| begins(name)))
        .map(|(n, _)| *n)
}

fn is_weekday(word: &str) -> bool {
    word.chars().count() >= 2 && WEEKDAYS.iter().any(|name| name.starts_with(word))
}

/// CET, Z, +01:00. Not -05:00: "9:00-10:00" is a span of time.
fn is_zone(word: &str) -> bool {
    ZONES.contains(&word)
        || word.strip_prefix('+').is_some_and(|offset| {
            (2..=5).contains(&offset.len())
                && offset
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b':')
        })
}

#[cfg(test)]
mod tests;

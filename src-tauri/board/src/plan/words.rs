//! Words and numbers from outside, made fit for a board.

use super::{MAX_ITEMS, Rejection};
use crate::{MAX_COORD, MAX_LINE, MAX_TEXT, Size, utf16_len};

/// A title, name or label: one line without control characters, trimmed.
pub(crate) fn clean_line(line: &str) -> String {
    let spaced: String = line
        .chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
            c => c,
        })
        .filter(|c| !c.is_control())
        .collect();
    spaced.trim().to_owned()
}

/// A text of several lines: line ends are `\n`, no control characters but that and tabs.
pub(crate) fn clean_text(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| if c == '\r' { '\n' } else { c })
        .filter(|c| matches!(c, '\n' | '\t') || !c.is_control())
        .collect()
}

pub(super) fn line(line: &str) -> Result<String, Rejection> {
    let line = clean_line(line);
    if utf16_len(&line) > MAX_LINE {
        return Err(Rejection::TooLong("a line holds 400 characters"));
    }
    Ok(line)
}

pub(super) fn lines(lines: &[String]) -> Result<Vec<String>, Rejection> {
    lines.iter().map(|text| line(text)).collect()
}

pub(super) fn text(text: &str) -> Result<String, Rejection> {
    let text = clean_text(text);
    if utf16_len(&text) > MAX_TEXT {
        return Err(Rejection::TooLong("a text holds 20,000 characters"));
    }
    Ok(text)
}

/// A date as `YYYY-MM-DD`, or nothing.
pub(super) fn date(date: &str) -> Result<String, Rejection> {
    let date = clean_line(date);
    if date.is_empty() || crate::when::is_date(&date) {
        return Ok(date);
    }
    Err(Rejection::Malformed("a date is written like 2026-03-18"))
}

pub(super) fn count(items: usize) -> Result<(), Rejection> {
    if items > MAX_ITEMS {
        return Err(Rejection::TooLong("one step takes 2,000 things"));
    }
    Ok(())
}

pub(super) fn point(x: i32, y: i32) -> Result<(), Rejection> {
    if [x, y].iter().all(|v| (-MAX_COORD..=MAX_COORD).contains(v)) {
        return Ok(());
    }
    Err(Rejection::Malformed(
        "this lies beyond the edge of the board",
    ))
}

/// A size, made at least as large as `least`.
pub(super) fn size(size: Size, least: Size) -> Result<Size, Rejection> {
    if [size.w, size.h].iter().all(|v| (1..=MAX_COORD).contains(v)) {
        return Ok(Size {
            w: size.w.max(least.w),
            h: size.h.max(least.h),
        });
    }
    Err(Rejection::Malformed(
        "this is larger than the board, or smaller than nothing",
    ))
}

//! Text as text: what people typed, written so that a CommonMark and GFM renderer shows
//! exactly that, and no character of it opens or closes a structure of the document.
//!
//! Rules are by position, so that ordinary prose stays readable raw:
//! - characters that mean something anywhere are escaped with a backslash;
//! - markers that only mean something at the beginning of a line, only there;
//! - spaces that a renderer would swallow become `&nbsp;`, one each;
//! - what has no shape of its own in a raw file (control and bidi characters, zero width,
//!   exotic spaces at the edge of a line) becomes a character reference;
//! - web addresses become `<…>` links, which show exactly what was typed.
//!
//! [`unescape`] is the inverse.

use super::words::normal;
use std::fmt::Write;

/// Where a text is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spot<'a> {
    /// A paragraph or list item whose further lines are indented by this.
    Block(&'a str),
    /// A cell of a table.
    Cell,
    /// Part of a line (headings, facts). These characters are written as references too,
    /// because the line uses them itself.
    Line(&'a [char]),
}

/// Writes the text.
pub(super) fn escape(out: &mut String, text: &str, spot: Spot<'_>) {
    let text = normal(text);
    let words = match spot {
        Spot::Block(_) => text.trim_end_matches('\n'),
        Spot::Cell | Spot::Line(_) => &*text,
    };
    for (at, line) in words.split('\n').enumerate() {
        if at > 0 {
            match spot {
                Spot::Block(indent) => {
                    out.push_str("\\\n");
                    out.push_str(indent);
                }
                Spot::Cell => out.push_str("<br>"),
                Spot::Line(_) => out.push_str("&#10;"),
            }
        }
        escape_line(out, line, spot);
    }
    // A hard break at the end of a block would be a backslash; a reference is a line end.
    for _ in words.len()..text.len() {
        out.push_str("&#10;");
    }
}

fn escape_line(out: &mut String, line: &str, spot: Spot<'_>) {
    let block = matches!(spot, Spot::Block(_));
    let ordered = if block { ordered_marker(line) } else { None };
    let mut last: Option<char> = None;
    let mut at = 0;
    while let Some(c) = line.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = line.get(at + c.len_utf8()..).unwrap_or("");
        let next = rest.chars().next();
        let edge = last.is_none() || next.is_none();
        if c == 'h'
            && !matches!(spot, Spot::Line(_))
            && !last.is_some_and(char::is_alphanumeric)
            && let Some(url) = line.get(at..).and_then(web_address)
        {
            out.push('<');
            out.push_str(url);
            out.push('>');
            last = url.chars().next_back();
            at += url.len();
            continue;
        }
        match c {
            ' ' if edge || last.is_some_and(char::is_whitespace) => out.push_str("&nbsp;"),
            '\\' | '`' | '*' | '[' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // After a backslash the table's own unescaping is read differently by renderers.
            '|' if last == Some('\\') => out.push_str("&#124;"),
            '|' => out.push_str("\\|"),
            '<' => out.push_str("&lt;"),
            '&' if next.is_some_and(|c| c == '#' || c.is_ascii_alphabetic()) => {
                out.push_str("&amp;");
            }
            '_' if !(last.is_some_and(char::is_alphanumeric)
                && next.is_some_and(char::is_alphanumeric)) =>
            {
                out.push_str("\\_");
            }
            '>' | '#' | '-' | '+' | '=' | ':' if block && last.is_none() => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')' if ordered == Some(at) => {
                out.push('\\');
                out.push(c);
            }
            // The closing sequence of a heading.
            '#' if matches!(spot, Spot::Line(_)) && rest.trim_start_matches('#').is_empty() => {
                out.push_str("\\#");
            }
            ':' if rest.starts_with("//") => out.push_str("\\:"),
            '.' if ends_with_www(line.get(..at).unwrap_or("")) => out.push_str("\\."),
            '@' if !edge => out.push_str("\\@"),
            c if shapeless(c) || (edge && c != ' ' && c.is_whitespace()) => reference(out, c),
            c if matches!(spot, Spot::Line(own) if own.contains(&c)) => reference(out, c),
            c => out.push(c),
        }
        last = Some(c);
        at += c.len_utf8();
    }
}

/// A character reference.
pub(super) fn reference(out: &mut String, c: char) {
    let _ = write!(out, "&#x{:X};", u32::from(c));
}

/// Where the delimiter of a list marker like `12.` or `3)` stands, if the line begins with one.
fn ordered_marker(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let delimiter = matches!(line.as_bytes().get(digits), Some(b'.' | b')'));
    (delimiter && (1..=9).contains(&digits)).then_some(digits)
}

fn ends_with_www(before: &str) -> bool {
    before
        .len()
        .checked_sub(3)
        .and_then(|at| before.get(at..))
        .is_some_and(|word| word.eq_ignore_ascii_case("www"))
}

/// The web address the text begins with, if it can stand between `<` and `>` as it is.
fn web_address(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.starts_with(scheme))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/?#=&%+:@,!'()".contains(&byte);
    let end = text
        .bytes()
        .position(|byte| !allowed(byte))
        .unwrap_or(text.len());
    // Punctuation at the end belongs to the sentence.
    let url = text
        .get(..end)?
        .trim_end_matches(['.', ',', ':', '!', '?', '\'', '(', ')']);
    (url.len() > scheme.len()).then_some(url)
}

/// Whether a character has no shape of its own in a raw file, or changes that of its neighbours.
pub(super) fn shapeless(c: char) -> bool {
    c.is_control()
        || is_bidi(c)
        || matches!(c, '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{AD}'
            | '\u{2028}' | '\u{2029}' | '\u{E0000}'..='\u{E007F}')
}

/// Bidi embeddings, overrides, isolates and marks: Boucher and Anderson, "Trojan Source" (2021).
pub(super) fn is_bidi(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The text that [`escape`] wrote as part of a line.
pub(crate) fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['\\', '&']) {
        text.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at..).unwrap_or("");
        let (c, length) = one(rest).unwrap_or((if rest.starts_with('&') { '&' } else { '\\' }, 1));
        text.push(c);
        rest = rest.get(length..).unwrap_or("");
    }
    text.push_str(rest);
    text
}

/// The character that an escape at the beginning of the text stands for, and its length.
fn one(text: &str) -> Option<(char, usize)> {
    if let Some(rest) = text.strip_prefix('\\') {
        return rest
            .chars()
            .next()
            .filter(char::is_ascii_punctuation)
            .map(|c| (c, 2));
    }
    // The longest reference there is has seven digits: "&#x10FFFF;".
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let c = match text.get(1..end)? {
        "nbsp" => ' ',
        "amp" => '&',
        "lt" => '<',
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((c, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn check(text: &str, expect: Expect) {
        let mut out = String::new();
        escape(&mut out, text, Spot::Block("  "));
        expect.assert_eq(&out);
    }

    #[test]
    fn prose_stays_readable() {
        check(
            "Rollback was one command, we trusted it (5-10 min).",
            expect!["Rollback was one command, we trusted it (5-10 min)."],
        );
        check(
            "snake_case & R&D: 1 < 2 > 0",
            expect!["snake_case & R&amp;D: 1 &lt; 2 > 0"],
        );
        check(
            "see https://a.b/c_d?e=1&f=2.",
            expect!["see <https://a.b/c_d?e=1&f=2>."],
        );
    }

    #[test]
    fn structure_is_text() {
        check(
            "# a\n- b\n1. c\n> d\n---\n===\n\n  e  f ",
            expect![[r#"
            \# a\
              \- b\
              1\. c\
              \> d\
              \---\
              \===\
              \
              &nbsp;&nbsp;e &nbsp;f&nbsp;"#]],
        );
        check(
            "**b** `c` [d](e) <f> ~~g~~ |h| &amp; $i$",
            expect![[r"\*\*b\*\* \`c\` \[d](e) &lt;f> \~\~g\~\~ \|h\| &amp;amp; \$i\$"]],
        );
        check("\u{202E}x\u{200B}\ty", expect!["&#x202E;x&#x200B;&#x9;y"]);
    }

    proptest! {
        #[test]
        fn unescape_is_the_inverse(text in "(?s).{0,60}", own in proptest::sample::subsequence(vec!['·', '→', ',', '“'], 0..4)) {
            let mut out = String::new();
            escape(&mut out, &text, Spot::Line(&own));
            prop_assert!(!out.contains('\n'));
            prop_assert!(!out.contains(own.as_slice()));
            let normal = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{FFFD}");
            prop_assert_eq!(unescape(&out), normal);
        }
    }
}

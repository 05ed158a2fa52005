//! `upshot-cli wording`: the rules of wording hints, tried from outside.

use crate::commands::print;
use serde_json::json;
use std::io::{BufRead, Read};

/// The longest text looked at, in bytes; the rest of its line is passed over.
const MOST: u64 = 64 * 1024;

/// A line of answers for each line of standard input.
pub(crate) fn run(as_json: bool) -> anyhow::Result<()> {
    let mut input = std::io::stdin().lock();
    while let Some(text) = next(&mut input)? {
        let hints = runtime::wording_hints(&text);
        print(&if as_json {
            json!({ "hints": hints }).to_string()
        } else {
            let said = hints
                .iter()
                .map(|hint| format!("{}: {}", hint.rule, hint.ask.join(" ")));
            said.collect::<Vec<_>>().join("  ")
        })?;
    }
    Ok(())
}

/// The next line, whatever bytes it holds; `None` at the end.
fn next(input: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    if input.take(MOST).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else {
        input.skip_until(b'\n')?;
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_one_text_however_long_or_broken() {
        let mut bytes = b"first\n\n\xff\xfe\n".to_vec();
        bytes.extend(vec![b'x'; 200_000]);
        bytes.extend(b"\nlast");
        let mut input = bytes.as_slice();
        let mut lines = Vec::new();
        while let Some(line) = next(&mut input).expect("memory can be read") {
            lines.push(line);
        }
        let short: Vec<&str> = lines
            .iter()
            .map(|line| line.get(..4).unwrap_or(line))
            .collect();
        assert_eq!(short, ["firs", "", "\u{fffd}\u{fffd}", "xxxx", "last"]);
        assert_eq!(lines[3].len(), 64 * 1024);
    }
}

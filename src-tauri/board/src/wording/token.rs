//! Text as words and breaks. Quotations, code, addresses and identifiers become blanks: they are
//! there, as nouns would be, but no rule sees what they say.

use super::lexicon::{Classes, Lexicon};
use std::collections::BTreeMap;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word, or a part of one: "did" and "not" of "didn't".
    Word,
    /// Something that is not read: a quotation, code, an address.
    Blank,
    /// A comma, dash, colon or bracket: the sentence goes on.
    Comma,
    /// The end of a sentence.
    Break,
}

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// In lower case.
    Lower,
    /// With one capital, at the beginning.
    Capital,
    /// In capitals: "QA", "IT", "NOT".
    Capitals,
}

/// A token and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// In lower case, with clitics written out: "have" for "'ve".
    pub(super) text: String,
    pub(super) case: Case,
    pub(super) classes: Classes,
    /// In UTF-16 code units.
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Token {
    pub(super) fn is(&self, classes: Classes) -> bool {
        self.classes & classes != 0
    }

    pub(super) fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }
}

/// Opening marks with what closes them.
const QUOTES: [(char, &[char]); 8] = [
    ('"', &['"']),
    ('“', &['”', '“', '"']),
    ('„', &['“', '”', '"']),
    ('«', &['»']),
    ('»', &['«']),
    ('‘', &['’']),
    ('\'', &['\'']),
    ('`', &['`']),
];

/// The tokens of a text.
pub(super) fn tokens(text: &str, lexicon: &Lexicon) -> Vec<Token> {
    let mut scanner = Scanner::new(text, lexicon);
    let mut fenced = false;
    while scanner.at < scanner.chars.len() {
        // At the beginning of a line.
        let line = scanner.line();
        let trimmed = line.trim_start();
        let fence = trimmed.starts_with("```") || trimmed.starts_with("~~~");
        if fence || fenced || trimmed.starts_with('>') {
            fenced ^= fence;
            scanner.push(Kind::Break, scanner.at, scanner.at, "");
            scanner.at = scanner.line_end();
            continue;
        }
        scanner.list_mark(trimmed.len() != line.len());
        let end = scanner.line_end();
        while scanner.at < end {
            scanner.next();
        }
    }
    scanner.should_of();
    scanner.out
}

struct Scanner<'a> {
    lexicon: &'a Lexicon,
    chars: Vec<char>,
    /// Where each character begins in UTF-16 code units; one more for the end.
    offsets: Vec<u32>,
    /// Where each closing mark stands.
    marks: BTreeMap<char, Vec<usize>>,
    /// Where paragraphs end: quotations do not cross that.
    paragraphs: Vec<usize>,
    at: usize,
    out: Vec<Token>,
}

impl<'a> Scanner<'a> {
    fn new(text: &str, lexicon: &'a Lexicon) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut offsets = Vec::with_capacity(chars.len() + 1);
        let mut marks: BTreeMap<char, Vec<usize>> = BTreeMap::new();
        let mut paragraphs = Vec::new();
        let mut offset = 0;
        for (at, c) in chars.iter().enumerate() {
            offsets.push(offset);
            offset += if c.len_utf16() == 2 { 2 } else { 1 };
            if QUOTES.iter().any(|(_, close)| close.contains(c)) {
                marks.entry(*c).or_default().push(at);
            }
            if *c == '\n' && chars.get(at + 1).is_none_or(|next| *next == '\n') {
                paragraphs.push(at);
            }
        }
        offsets.push(offset);
        Self {
            lexicon,
            chars,
            offsets,
            marks,
            paragraphs,
            at: 0,
            out: Vec::new(),
        }
    }

    fn char(&self, at: usize) -> char {
        self.chars.get(at).copied().unwrap_or('\n')
    }

    fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or('\n', |at| self.char(at))
    }

    /// The beginning of this line: enough of it to see what the line is.
    fn line(&self) -> String {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        rest.iter().take_while(|c| **c != '\n').take(16).collect()
    }

    /// One past the end of this line.
    fn line_end(&self) -> usize {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|c| **c != '\n').count();
        (self.at + length + 1).min(self.chars.len())
    }

    /// A new line ends the sentence, unless it goes on in lower case: text wrapped by hand.
    fn list_mark(&mut self, indented: bool) {
        let mut at = self.at;
        while matches!(self.char(at), ' ' | '\t') {
            at += 1;
        }
        let mark = matches!(self.char(at), '-' | '*' | '+' | '•' | '#' | '|')
            && !self.char(at + 1).is_alphanumeric();
        let wrapped = self.char(at).is_lowercase() && !indented;
        if mark || !wrapped {
            self.push(Kind::Break, self.at, self.at, "");
        }
        self.at = if mark { at + 1 } else { at };
    }

    fn next(&mut self) {
        let at = self.at;
        let c = self.char(at);
        if let Some(end) = self.quotation(at) {
            self.push(Kind::Blank, at, end, "");
            self.at = end;
        } else if c.is_alphanumeric() || (c == '@' && self.char(at + 1).is_alphabetic()) {
            self.word();
        } else {
            self.at += 1;
            self.punctuation(at, c);
        }
    }

    fn punctuation(&mut self, at: usize, c: char) {
        let alone = !self.char(at + 1).is_alphanumeric();
        let kind = match c {
            '.' if self.char(at + 1) == '.' || self.before(at) == '.' => Kind::Comma,
            '.' if self.abbreviated() => return,
            '.' | '!' | '?' | ';' if alone => Kind::Break,
            '!' | '?' | ';' => Kind::Break,
            ',' | ':' | '(' | ')' | '[' | ']' | '…' | '–' | '—' | '→' | '|' => Kind::Comma,
            '-' if alone && !self.before(at).is_alphanumeric() => Kind::Comma,
            _ => return,
        };
        self.push(kind, at, at + 1, &c.to_string());
    }

    fn abbreviated(&self) -> bool {
        self.out.last().is_some_and(|last| {
            matches!(
                last.text.as_str(),
                "e.g" | "i.e" | "vs" | "approx" | "mr" | "ms" | "dr" | "incl"
            )
        })
    }

    /// One past the end of the quotation that begins here, if one does.
    fn quotation(&self, at: usize) -> Option<usize> {
        let open = self.char(at);
        let (_, closers) = QUOTES.iter().find(|(mark, _)| *mark == open)?;
        if self.before(at).is_alphanumeric() && open != '`' {
            return None;
        }
        let next = self.char(at + 1);
        if next.is_whitespace() || (open == '\'' && !next.is_alphanumeric()) {
            return None;
        }
        let limit = match open {
            '\'' | '‘' => self.line_end(),
            _ => {
                let after = self.paragraphs.partition_point(|end| *end <= at);
                let end = self.paragraphs.get(after).copied();
                end.unwrap_or(self.chars.len())
            }
        };
        let mut end: Option<usize> = None;
        for close in *closers {
            let marks = self.marks.get(close).map(Vec::as_slice).unwrap_or_default();
            let from = marks.partition_point(|mark| *mark <= at + 1);
            // An apostrophe inside a word closes nothing; few stand in one quotation.
            let found = marks.iter().skip(from).take(8).find(|mark| {
                !matches!(close, '\'' | '’')
                    || (!self.char(**mark + 1).is_alphanumeric()
                        && !self.before(**mark).is_whitespace())
            });
            if let Some(found) = found.filter(|found| **found < limit) {
                end = Some(end.map_or(*found, |end| end.min(*found)));
            }
        }
        end.map(|end| end + 1)
    }

    fn word(&mut self) {
        let start = self.at;
        let mut end = start + 1;
        loop {
            let c = self.char(end);
            let next = self.char(end + 1);
            let joins = match c {
                '\'' | '’' | 'ʼ' | '-' | '_' | '@' | '\\' | '.' | '/' | '+' => next.is_alphanumeric(),
                ':' => {
                    (next == ':' && self.char(end + 2).is_alphanumeric())
                        || (next == '/' && self.char(end + 2) == '/')
                        || (next.is_ascii_digit() && self.before(end).is_ascii_digit())
                        || self.before(end) == ':'
                }
                ',' => next.is_ascii_digit() && self.before(end).is_ascii_digit(),
                _ => c.is_alphanumeric() || (c == '/' && self.before(end) == ':') || (c == '/' && self.before(end) == '/'),
            };
            let new_sentence = c == '.' && self.before(end).is_lowercase() && next.is_uppercase();
            let either = c == '/' && self.plain(start, end) && self.plain_after(end + 1);
            if !joins || new_sentence || either {
                break;
            }
            end += 1;
        }
        self.at = end;
        let raw: Vec<char> = self.chars.get(start..end).unwrap_or_default().to_vec();
        if is_code(&raw) || self.char(end) == '(' && self.char(end + 1) == ')' {
            self.push(Kind::Blank, start, end, "");
            return;
        }
        if self.char(end) == '/' {
            self.at = end + 1;
        }
        self.clitics(start, end, &raw);
        let possessive = matches!(self.char(end), '\'' | '’')
            && self.before(end) == 's'
            && self.char(end + 1) == ' ';
        if possessive {
            self.push(Kind::Word, end, end + 1, "'s");
            self.at = end + 1;
        }
    }

    fn plain(&self, start: usize, end: usize) -> bool {
        let part = self.chars.get(start..end).unwrap_or_default();
        part.len() > 1 && part.iter().all(|c| c.is_alphabetic())
    }

    /// Whether letters and then a gap follow: "dev/ops", and no path.
    fn plain_after(&self, start: usize) -> bool {
        let rest = self.chars.get(start..).unwrap_or_default();
        let letters = rest.iter().take(40).take_while(|c| c.is_alphabetic()).count();
        letters > 1 && !matches!(self.char(start + letters), '/' | '_' | '.' | '-' | '\\')
    }

    /// Writes a word with what is joined to it by apostrophes: "shouldn't've", "Tom's".
    fn clitics(&mut self, start: usize, end: usize, raw: &[char]) {
        let lower: String = raw
            .iter()
            .flat_map(|c| c.to_lowercase())
            .map(|c| if matches!(c, '’' | 'ʼ') { '\'' } else { c })
            .collect();
        let case = case_of(raw);
        let mut stem = lower.as_str();
        let mut stem_end = end;
        let mut tail: Vec<(usize, usize, &str)> = Vec::new();
        while let Some((rest, clitic)) = stem.rsplit_once('\'') {
            let (rest, written, length) = match clitic {
                "t" if rest.ends_with('n') => (rest.strip_suffix('n').unwrap_or(rest), "not", 3),
                "s" => (rest, "'s", 2),
                "d" => (rest, "'d", 2),
                "ve" => (rest, "have", 3),
                "re" => (rest, "are", 3),
                "m" => (rest, "am", 2),
                "ll" => (rest, "will", 3),
                _ => break,
            };
            if rest.is_empty() || stem_end < start + length {
                break;
            }
            tail.push((stem_end - length, stem_end, written));
            stem_end -= length;
            stem = rest;
        }
        let negated = tail.last().is_some_and(|(_, _, written)| *written == "not");
        let stem = match stem {
            "ca" if negated => "can",
            "wo" if negated => "will",
            "sha" if negated => "shall",
            "ai" if negated => "is",
            stem => stem,
        };
        let expanded = if tail.is_empty() {
            self.lexicon.written_as(stem)
        } else {
            None
        };
        match expanded {
            Some(words) => {
                for word in words {
                    self.push_cased(Kind::Word, start, stem_end, word, case);
                }
            }
            None => self.push_cased(Kind::Word, start, stem_end, stem, case),
        }
        for (from, to, written) in tail.into_iter().rev() {
            self.push(Kind::Word, from, to, written);
        }
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize, text: &str) {
        self.push_cased(kind, start, end, text, Case::Lower);
    }

    fn push_cased(&mut self, kind: Kind, start: usize, end: usize, text: &str, case: Case) {
        let breaks_twice = kind == Kind::Break
            && self.out.last().is_none_or(|last| last.kind == Kind::Break);
        if breaks_twice {
            return;
        }
        let classes = if kind != Kind::Word {
            0
        } else if self.char(start) == '@' {
            self.lexicon.known.name
        } else {
            self.lexicon.classes(text, case != Case::Lower)
        };
        let offset = |at: usize| self.offsets.get(at).copied().unwrap_or_default();
        self.out.push(Token {
            kind,
            text: text.to_owned(),
            case,
            classes,
            start: offset(start),
            end: offset(end),
        });
    }

    /// "should of seen" is heard and written for "should have seen".
    fn should_of(&mut self) {
        for at in 1..self.out.len() {
            let (before, rest) = self.out.split_at_mut(at);
            let (Some(modal), Some(of)) = (before.last(), rest.first_mut()) else {
                continue;
            };
            if of.text == "of" && matches!(modal.text.as_str(), "should" | "could" | "would" | "might") {
                of.text = "have".to_owned();
                of.classes = self.lexicon.classes("have", false);
            }
        }
    }
}

fn case_of(raw: &[char]) -> Case {
    let mut letters = raw.iter().filter(|c| c.is_alphabetic());
    match letters.next() {
        Some(first) if first.is_uppercase() => {
            let mut rest = letters.peekable();
            if rest.peek().is_some() && rest.all(|c| c.is_uppercase()) {
                Case::Capitals
            } else {
                Case::Capital
            }
        }
        _ => Case::Lower,
    }
}

/// Identifiers, paths, versions and addresses: nothing a person would say aloud.
fn is_code(raw: &[char]) -> bool {
    let body = raw.strip_prefix(&['@']).unwrap_or(raw);
    let camel = body
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if a.is_lowercase() && b.is_uppercase()));
    let abbreviation = body.len() == 3 && body.get(1) == Some(&'.');
    camel || (!abbreviation && body.iter().any(|c| matches!(c, '_' | '/' | '\\' | '@' | '.')))
        || body.windows(2).any(|pair| pair == [':', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        let lexicon = Lexicon::parse(super::super::LEXICON).unwrap();
        let mut out = Vec::new();
        for token in tokens(text, &lexicon) {
            out.push(match token.kind {
                Kind::Word => token.text,
                Kind::Blank => "□".to_owned(),
                Kind::Comma => ",".to_owned(),
                Kind::Break => "/".to_owned(),
            });
        }
        out.join(" ")
    }

    #[test]
    fn clitics_are_written_out() {
        assert_eq!(
            words("They shouldn’t've; won't, Tom's, didnt, shoulda"),
            "they should not have / will not , tom 's , did not , should have"
        );
        assert_eq!(words("the developers' fault"), "the developers 's fault");
        assert_eq!(words("could of seen"), "could have seen");
    }

    #[test]
    fn quotations_and_code_are_blank() {
        assert_eq!(words("He said \"you forgot\" at ten."), "he said □ at ten /");
        assert_eq!(words("„wer war das“ and ‘you didn’t’ and «non»"), "□ and □ and □");
        assert_eq!(words("`a b` c::d e_f g.h() https://i.j/k iPad"), "□ □ □ □ □ □");
        assert_eq!(words("> who?\nnot me\n```\nwho\n```\nyes"), "not me / yes");
        assert_eq!(words("it's 5\" wide, and 'twas \"open"), "it 's 5 wide , and twas open");
    }

    #[test]
    fn lines_go_on_in_lower_case() {
        assert_eq!(words("we did\nnot\n- Tom did"), "we did not / tom did");
        assert_eq!(words("QA/ops at 10:40.Then e.g. this"), "qa ops at 10:40 / then e.g this");
    }

    #[test]
    fn places_are_utf16() {
        let lexicon = Lexicon::parse(super::super::LEXICON).unwrap();
        let all = tokens("😀 didn't", &lexicon);
        let places: Vec<_> = all.iter().map(|token| (token.start, token.end)).collect();
        assert_eq!(places, [(3, 6), (6, 9)]);
    }
}

//! Word classes: which words are people, which are things, and the forms of verbs.

use super::rules::DataError;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// A set of word classes, one bit each.
pub(super) type Classes = u128;

/// The newest form of lexicon files this version reads.
const FORMAT: u32 = 1;

/// The forms of a verb a pattern can ask for: `@work.past`.
const FORMS: [&str; 5] = ["base", "s", "past", "part", "ing"];

/// Words that end like a participle and are none.
const NOT_PARTICIPLES: [&str; 12] = [
    "need", "speed", "feed", "shed", "indeed", "exceed", "embed", "proceed", "succeed", "seed",
    "bleed", "breed",
];

/// A lexicon file as it is written: see `docs/wording.md`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    words: BTreeMap<String, Vec<String>>,
    nouns: BTreeMap<String, Vec<String>>,
    verbs: BTreeMap<String, Vec<String>>,
    irregular: BTreeMap<String, (String, String)>,
    doubling: Vec<String>,
    names: Vec<String>,
    names_and_words: Vec<String>,
    products: Vec<String>,
    written_as: BTreeMap<String, String>,
}

/// The classes of every word the rules know.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    bits: BTreeMap<String, Classes>,
    words: HashMap<String, Classes>,
    capitalised: HashMap<String, Classes>,
    written_as: HashMap<String, Vec<String>>,
    pub(super) known: Known,
}

/// The classes that the code itself asks about, rather than a pattern.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Known {
    pub(super) adverb: Classes,
    pub(super) determiner: Classes,
    pub(super) preposition: Classes,
    pub(super) quantity: Classes,
    pub(super) opener: Classes,
    pub(super) auxiliary: Classes,
    pub(super) indefinite: Classes,
    pub(super) nobody: Classes,
    pub(super) person: Classes,
    pub(super) department: Classes,
    pub(super) customer: Classes,
    pub(super) either: Classes,
    pub(super) machine: Classes,
    pub(super) thing: Classes,
    pub(super) name: Classes,
    pub(super) product: Classes,
    pub(super) participle: Classes,
}

impl Lexicon {
    pub(super) fn parse(json: &str) -> Result<Self, DataError> {
        let file: File = serde_json::from_str(json)?;
        if file.format != FORMAT {
            return Err(DataError::Format(file.format));
        }
        let mut lexicon = Self::default();
        for (class, words) in &file.words {
            let bit = lexicon.class(class)?;
            for word in words {
                lexicon.add(word, bit);
            }
        }
        for (class, words) in &file.nouns {
            let bit = lexicon.class(class)?;
            for word in words {
                lexicon.add(word, bit);
                lexicon.add(&plural(word), bit);
            }
        }
        let participle = lexicon.class("participle")?;
        for (class, bases) in &file.verbs {
            let mut bits = [0; FORMS.len()];
            for (bit, form) in bits.iter_mut().zip(FORMS) {
                *bit = lexicon.class(&format!("{class}.{form}"))?;
            }
            for base in bases {
                for (form, bit) in forms(base, &file).iter().zip(bits) {
                    lexicon.add(form, bit);
                }
            }
        }
        for (_, part) in file.irregular.values() {
            lexicon.add(part, participle);
        }
        let name = lexicon.class("name")?;
        for word in &file.names {
            lexicon.add(word, name);
        }
        for word in &file.names_and_words {
            *lexicon.capitalised.entry(word.clone()).or_default() |= name;
        }
        let product = lexicon.class("product")?;
        for word in &file.products {
            lexicon.add(word, product);
        }
        for (from, to) in &file.written_as {
            let words = to.split(' ').map(str::to_owned).collect();
            lexicon.written_as.insert(from.clone(), words);
        }
        lexicon.known = lexicon.known()?;
        Ok(lexicon)
    }

    /// The classes a pattern means by `@word`: a class, or all forms of a class of verbs.
    pub(super) fn mask(&self, class: &str) -> Option<Classes> {
        if let Some(bit) = self.bits.get(class) {
            return Some(*bit);
        }
        let mask = FORMS
            .iter()
            .filter_map(|form| self.bits.get(&format!("{class}.{form}")))
            .fold(0, |mask, bit| mask | bit);
        (mask != 0).then_some(mask)
    }

    /// The classes of a word in lower case. Names that are words too count only with a capital.
    pub(super) fn classes(&self, word: &str, capital: bool) -> Classes {
        let mut classes = self.words.get(word).copied().unwrap_or_default();
        if capital {
            classes |= self.capitalised.get(word).copied().unwrap_or_default();
        }
        if word.len() > 4 && word.ends_with("ed") && !NOT_PARTICIPLES.contains(&word) {
            classes |= self.known.participle;
        }
        classes
    }

    /// What a word stands for when its apostrophe is missing: "didnt", "shoulda".
    pub(super) fn written_as(&self, word: &str) -> Option<&[String]> {
        self.written_as.get(word).map(Vec::as_slice)
    }

    fn class(&mut self, name: &str) -> Result<Classes, DataError> {
        if let Some(bit) = self.bits.get(name) {
            return Ok(*bit);
        }
        let at = u32::try_from(self.bits.len()).unwrap_or(u32::MAX);
        let bit = Classes::checked_shl(1, at).ok_or(DataError::TooManyClasses)?;
        self.bits.insert(name.to_owned(), bit);
        Ok(bit)
    }

    fn add(&mut self, word: &str, bit: Classes) {
        *self.words.entry(word.to_owned()).or_default() |= bit;
    }

    fn known(&self) -> Result<Known, DataError> {
        let of = |class: &str| {
            self.mask(class)
                .ok_or_else(|| DataError::UnknownClass(class.to_owned()))
        };
        Ok(Known {
            adverb: of("adverb")?,
            determiner: of("determiner")?,
            preposition: of("preposition")?,
            quantity: of("quantity")?,
            opener: of("opener")?,
            auxiliary: of("auxiliary")?,
            indefinite: of("indefinite")?,
            nobody: of("nobody")?,
            person: of("person")?,
            department: of("department")?,
            customer: of("customer")?,
            either: of("either")?,
            machine: of("machine")?,
            thing: of("thing")?,
            name: of("name")?,
            product: of("product")?,
            participle: of("participle")?,
        })
    }
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if noun.ends_with(['s', 'x', 'z']) || noun.ends_with("ch") || noun.ends_with("sh") => {
            format!("{noun}es")
        }
        _ => format!("{noun}s"),
    }
}

/// The forms of a verb, in the order of [`FORMS`].
fn forms(base: &str, file: &File) -> [String; 5] {
    let doubled = file.doubling.iter().any(|verb| verb == base);
    let stem = match (base.chars().last(), base.strip_suffix('e')) {
        (_, Some(stem)) if !base.ends_with("ee") => stem.to_owned(),
        (Some(last), _) if doubled => format!("{base}{last}"),
        _ => base.to_owned(),
    };
    let regular = match base.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ied"),
        _ if base.ends_with("ee") => format!("{base}d"),
        _ => format!("{stem}ed"),
    };
    let (past, part) = file
        .irregular
        .get(base)
        .cloned()
        .unwrap_or_else(|| (regular.clone(), regular));
    let third = if base.ends_with('o') {
        format!("{base}es")
    } else {
        plural(base)
    };
    [base.to_owned(), third, past, part, format!("{stem}ing")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_have_their_forms() {
        let lexicon = Lexicon::parse(super::super::LEXICON).unwrap();
        for (word, class) in [
            ("forgot", "forget.past"),
            ("forgotten", "forget.part"),
            ("forgetting", "forget.ing"),
            ("notifies", "work.s"),
            ("notified", "work.past"),
            ("planned", "work.part"),
            ("escalating", "work.ing"),
            ("told", "human.past"),
            ("reviewers", "person"),
            ("retries", "thing"),
        ] {
            let mask = lexicon.mask(class).unwrap();
            assert_ne!(lexicon.classes(word, false) & mask, 0, "{word} as {class}");
        }
        let name = lexicon.known.name;
        assert_eq!(lexicon.classes("mark", false) & name, 0);
        assert_ne!(lexicon.classes("mark", true) & name, 0);
    }
}

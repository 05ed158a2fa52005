//! Which notes may tell the same story: a suggestion for grouping, made here without a model.
//!
//! Words and the three-letter pieces of words are weighed by how rare they are on the board
//! (TF-IDF; Salton and Buckley, 1988), so that "rehearsed" and "rehearsal" meet in any language that
//! writes words with letters; notes are joined from the most alike on while a group's average stays
//! above a bound. The same notes always give the same groups.

use crate::{Board, Key, NoteId, VoteOn, votes};
use std::collections::{BTreeMap, BTreeSet};

/// How alike two notes must be to begin a group, 0 to 1. Set by hand on the sample review and on
/// imported ones: below it, chance meetings of common words join what has nothing in common.
const ALIKE: f64 = 0.12;
/// How alike, on average, two groups must be to become one.
const TOGETHER: f64 = 0.08;
/// A group this large is no suggestion any more.
const MOST_IN_GROUP: usize = 8;
/// More groups are not worth reading.
const MOST_GROUPS: usize = 12;
/// More notes are not looked at: comparing all pairs stays well below a tenth of a second.
const MOST_NOTES: usize = 1_000;
/// Words told of a group.
const MOST_WORDS: usize = 3;
/// A whole word, or its beginning, says more than a piece of one.
const WORD_WEIGHT: f64 = 2.0;
const PIECE_WEIGHT: f64 = 0.25;

/// Longer words count by their first letters as well: "rehearsal" and "rehearsed".
const STEM: usize = 5;

/// Words that say nothing about what a note is about. Other languages go without: what is on most
/// notes weighs little anyway.
const COMMON: &str = " a about after again all also am an and any are as at be because been before \
    being but by can could did do does doing down during each few for from further get got had has \
    have having he her here hers him his how i if in into is it its itself just let like made make \
    me more most my no nor not now of off on once only or other our out over own same she should so \
    some such than that the their them then there these they this those through to too under until \
    up us very was we were what when where which while who why will with would you your one two \
    three four five first second third day days week weeks time times ";

/// Notes that may tell the same story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The notes, the most typical first.
    pub notes: Vec<NoteId>,
    /// Words they share, the most telling first.
    pub words: Vec<String>,
}

/// Groups among these notes, or among all that stand alone where none is named; best first.
pub fn similar(board: &Board, notes: &[NoteId]) -> Vec<Alike> {
    let alone: BTreeSet<NoteId> = votes::targets(board, VoteOn::Themes)
        .filter_map(|key| match key {
            Key::Note(id) => Some(id),
            _ => None,
        })
        .filter(|id| notes.is_empty() || notes.contains(id))
        .collect();
    let texts: Vec<(NoteId, &str)> = alone
        .iter()
        .filter_map(|id| Some((*id, board.notes.get(id)?.text.as_str())))
        .filter(|(_, text)| !text.trim().is_empty())
        .take(MOST_NOTES)
        .collect();
    let vectors = weigh(&texts.iter().map(|(_, text)| *text).collect::<Vec<_>>());
    let alike = Likeness::of(&vectors);
    let mut groups = join(&alike);
    let inner = |group: &[usize]| alike.average(group, group);
    groups.sort_by(|a, b| inner(b).total_cmp(&inner(a)).then(a.cmp(b)));
    groups.truncate(MOST_GROUPS);
    groups
        .into_iter()
        .map(|mut group| {
            let typical = |at: usize| alike.average(&[at], &group);
            let by_type: BTreeMap<usize, f64> =
                group.iter().map(|at| (*at, typical(*at))).collect();
            group.sort_by(|a, b| by_type[b].total_cmp(&by_type[a]).then(a.cmp(b)));
            Alike {
                words: shared(&group, &vectors),
                notes: group
                    .iter()
                    .filter_map(|at| Some(texts.get(*at)?.0))
                    .collect(),
            }
        })
        .collect()
}

/// A note's features and their weights; of length 1 together. Whole words begin with a space,
/// beginnings of words with a caret.
type Vector = BTreeMap<String, f64>;

fn weigh(texts: &[&str]) -> Vec<Vector> {
    let counted: Vec<Vector> = texts.iter().map(|text| features(text)).collect();
    let mut seen: BTreeMap<&str, f64> = BTreeMap::new();
    for feature in counted.iter().flat_map(BTreeMap::keys) {
        *seen.entry(feature).or_insert(0.0) += 1.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of notes")]
    let all = counted.len() as f64;
    counted
        .iter()
        .map(|features| {
            let weighed = features.iter().map(|(feature, count)| {
                let in_notes = seen.get(feature.as_str()).copied().unwrap_or(1.0);
                let rare = ((1.0 + all) / (1.0 + in_notes)).ln() + 0.1;
                (feature.clone(), count.sqrt() * rare)
            });
            let mut vector: Vector = weighed.collect();
            let length = vector.values().map(|w| w * w).sum::<f64>().sqrt();
            vector
                .values_mut()
                .for_each(|weight| *weight /= length.max(f64::MIN_POSITIVE));
            vector
        })
        .collect()
}

fn features(text: &str) -> Vector {
    let mut features = Vector::new();
    let lower = text.to_lowercase();
    for word in lower.split(|c: char| !c.is_alphanumeric()) {
        let letters: Vec<char> = word.chars().collect();
        if letters.is_empty() || COMMON.contains(&format!(" {word} ")) {
            continue;
        }
        *features.entry(format!(" {word}")).or_insert(0.0) += WORD_WEIGHT;
        if letters.len() > STEM {
            let stem: String = letters.iter().take(STEM).collect();
            *features.entry(format!("^{stem}")).or_insert(0.0) += WORD_WEIGHT;
        }
        for piece in letters.windows(3) {
            *features.entry(piece.iter().collect()).or_insert(0.0) += PIECE_WEIGHT;
        }
    }
    features
}

/// How alike each two are.
struct Likeness {
    count: usize,
    values: Vec<f64>,
}

impl Likeness {
    fn of(vectors: &[Vector]) -> Self {
        let count = vectors.len();
        let mut values = vec![0.0; count * count];
        // By feature: notes that share nothing are never compared.
        let mut holders: BTreeMap<&str, Vec<(usize, f64)>> = BTreeMap::new();
        for (at, vector) in vectors.iter().enumerate() {
            for (feature, weight) in vector {
                holders.entry(feature).or_default().push((at, *weight));
            }
        }
        for holders in holders.values() {
            for (a, left) in holders {
                for (b, right) in holders {
                    if let Some(value) = values.get_mut(a * count + b) {
                        *value += left * right;
                    }
                }
            }
        }
        Self { count, values }
    }

    fn between(&self, a: usize, b: usize) -> f64 {
        self.values.get(a * self.count + b).copied().unwrap_or(0.0)
    }

    /// Of one group to another, a note to itself left out.
    fn average(&self, left: &[usize], right: &[usize]) -> f64 {
        let (mut sum, mut pairs) = (0.0, 0.0);
        for a in left {
            for b in right.iter().filter(|b| *b != a) {
                sum += self.between(*a, *b);
                pairs += 1.0;
            }
        }
        if pairs > 0.0 { sum / pairs } else { 0.0 }
    }
}

/// Groups of two and more, as positions in ascending order.
fn join(alike: &Likeness) -> Vec<Vec<usize>> {
    let mut pairs = Vec::new();
    for a in 0..alike.count {
        for b in a + 1..alike.count {
            let value = alike.between(a, b);
            if value >= ALIKE {
                pairs.push((value, a, b));
            }
        }
    }
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let mut group_of: Vec<usize> = (0..alike.count).collect();
    let mut groups: BTreeMap<usize, Vec<usize>> =
        (0..alike.count).map(|at| (at, vec![at])).collect();
    for (_, a, b) in pairs {
        let (Some(&a), Some(&b)) = (group_of.get(a), group_of.get(b)) else {
            continue;
        };
        let (into, from) = (a.min(b), a.max(b));
        let (Some(left), Some(right)) = (groups.get(&into), groups.get(&from)) else {
            continue;
        };
        let fits = left.len() + right.len() <= MOST_IN_GROUP;
        if into == from || !fits || alike.average(left, right) < TOGETHER {
            continue;
        }
        let mut moved = groups.remove(&from).unwrap_or_default();
        for at in &moved {
            if let Some(group) = group_of.get_mut(*at) {
                *group = into;
            }
        }
        if let Some(group) = groups.get_mut(&into) {
            group.append(&mut moved);
            group.sort_unstable();
        }
    }
    groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect()
}

/// The words most of a group have, the most telling first.
fn shared(group: &[usize], vectors: &[Vector]) -> Vec<String> {
    let mut words: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    for vector in group.iter().filter_map(|at| vectors.get(*at)) {
        for (feature, weight) in vector
            .iter()
            .filter(|(feature, _)| feature.starts_with(' '))
        {
            let entry = words.entry(feature.trim_start()).or_insert((0, 0.0));
            *entry = (entry.0 + 1, entry.1 + weight);
        }
    }
    let mut words: Vec<_> = words
        .into_iter()
        .filter(|(_, (holders, _))| *holders >= 2)
        .collect();
    words.sort_by(|a, b| b.1.1.total_cmp(&a.1.1).then(a.0.cmp(b.0)));
    words
        .into_iter()
        .take(MOST_WORDS)
        .map(|(word, _)| word.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Note, NoteKind, Order, Parent, Place, Record};
    use expect_test::{Expect, expect};

    fn board(texts: &[&str]) -> Board {
        let mut board = Board::default();
        for (n, text) in (1..).zip(texts) {
            board.put(Record::Note(Note {
                id: NoteId::from_bits(n),
                text: (*text).to_owned(),
                kind: NoteKind::Plain,
                place: Place {
                    parent: Parent::Board,
                    x: 0,
                    y: 0,
                    order: Order("V".into()),
                },
                size: None,
                author: None,
                made: 0,
                when: None,
                source: String::new(),
                parked: false,
                locked: false,
            }));
        }
        board
    }

    fn check(texts: &[&str], expected: &Expect) {
        let board = board(texts);
        let mut told = String::new();
        for group in similar(&board, &[]) {
            told += &format!("{}\n", group.words.join(", "));
            for id in group.notes {
                told += &format!("  {}\n", board.notes[&id].text);
            }
        }
        expected.assert_eq(&told);
    }

    #[test]
    fn notes_about_one_thing_are_suggested_together_and_others_are_left() {
        check(
            &[
                "We rehearsed the cutover three times",
                "The rehearsal on Friday found the missing table",
                "Support sat in on the second rehearsal",
                "Stop names live in three places",
                "The feed came a week late",
                "We heard of the late feed by chance",
                "Ines had done this once before",
            ],
            &expect![[r#"
                feed, late
                  The feed came a week late
                  We heard of the late feed by chance
                rehearsal
                  The rehearsal on Friday found the missing table
                  Support sat in on the second rehearsal
            "#]],
        );
    }

    #[test]
    fn other_scripts_and_empty_notes_do_no_harm() {
        check(
            &[
                "",
                "  ",
                "リハーサルを三回した",
                "三回のリハーサル",
                "🎉",
                "ok",
                "ok",
            ],
            &expect![[r#"
                ok
                  ok
                  ok
            "#]],
        );
    }

    #[test]
    fn only_the_notes_asked_about_are_looked_at() {
        let board = board(&["late feed again", "late feed again", "late feed again"]);
        let ids = [NoteId::from_bits(1), NoteId::from_bits(3)];
        let found = similar(&board, &ids);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].notes, ids);
    }
}

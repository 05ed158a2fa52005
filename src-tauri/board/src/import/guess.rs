//! What a heading of a review is about. The words are data: the first rule that matches wins.

use crate::NoteKind;

/// What a section is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Summary,
    Timeline,
    Actions,
    /// A question of a review.
    Question(NoteKind),
    /// Anything else.
    Other,
}

use Topic::{Actions, Question, Summary, Timeline};

/// Words a heading has, all of a row's: lower case, found at the beginning of a word.
const RULES: &[(&[&str], Topic)] = &[
    (&["timeline"], Timeline),
    (&["what happened"], Timeline),
    (&["chronology"], Timeline),
    (&["sequence of events"], Timeline),
    (&["action item"], Actions),
    (&["actions"], Actions),
    (&["follow-up"], Actions),
    (&["follow up"], Actions),
    (&["followup"], Actions),
    (&["next steps"], Actions),
    (&["to-do"], Actions),
    (&["todo"], Actions),
    (&["remediation"], Actions),
    (&["corrective"], Actions),
    (&["prevent", "recurrence"], Actions),
    (&["what we will"], Actions),
    (&["lucky"], Question(NoteKind::Lucky)),
    (&["luck"], Question(NoteKind::Lucky)),
    (&["near miss"], Question(NoteKind::Lucky)),
    (&["didn't go well"], Question(NoteKind::Puzzle)),
    (&["did not go well"], Question(NoteKind::Puzzle)),
    (&["not go so well"], Question(NoteKind::Puzzle)),
    (&["could have gone better"], Question(NoteKind::Puzzle)),
    (&["could be better"], Question(NoteKind::Puzzle)),
    (&["went well"], Question(NoteKind::Well)),
    (&["went right"], Question(NoteKind::Well)),
    (&["worked well"], Question(NoteKind::Well)),
    (&["went wrong"], Question(NoteKind::Puzzle)),
    (&["went poorly"], Question(NoteKind::Puzzle)),
    (&["went badly"], Question(NoteKind::Puzzle)),
    (&["made it hard"], Question(NoteKind::Puzzle)),
    (&["challenge"], Question(NoteKind::Puzzle)),
    (&["difficult"], Question(NoteKind::Puzzle)),
    (&["affect us"], Question(NoteKind::Shared)),
    (&["who else"], Question(NoteKind::Shared)),
    (&["bright spot"], Question(NoteKind::Idea)),
    (&["emulate"], Question(NoteKind::Idea)),
    (&["root cause"], Question(NoteKind::Puzzle)),
    (&["contributing"], Question(NoteKind::Puzzle)),
    (&["trigger"], Question(NoteKind::Puzzle)),
    (&["executive summary"], Summary),
    (&["tl;dr"], Summary),
    (&["tldr"], Summary),
    (&["abstract"], Summary),
    (&["summary"], Summary),
    (&["overview"], Summary),
    (&["idea"], Question(NoteKind::Idea)),
    (&["takeaway"], Question(NoteKind::Idea)),
    (&["impact"], Question(NoteKind::Happened)),
    (&["detection"], Question(NoteKind::Happened)),
    (&["resolution"], Question(NoteKind::Happened)),
    (&["recovery"], Question(NoteKind::Happened)),
    (&["background"], Question(NoteKind::Happened)),
];

/// What a section with this heading is for.
pub(super) fn topic(heading: &str) -> Topic {
    let heading = heading.to_lowercase().replace('’', "'");
    let has = |words: &&str| {
        heading.match_indices(*words).any(|(at, _)| {
            !heading
                .get(..at)
                .and_then(|before| before.chars().next_back())
                .is_some_and(char::is_alphanumeric)
        })
    };
    RULES
        .iter()
        .find(|(words, _)| words.iter().all(has))
        .map_or(Topic::Other, |(_, topic)| *topic)
}

/// Whether a sub-heading is a question of its own, whatever section it stands under.
pub(super) fn is_question(topic: Topic) -> bool {
    match topic {
        Timeline | Actions => true,
        Question(kind) => kind != NoteKind::Happened,
        Summary | Topic::Other => false,
    }
}

/// The column of a table, by its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    When,
    What,
    Source,
    Owner,
    Due,
    Other,
}

const COLUMNS: &[(&str, Column)] = &[
    ("timestamp", Column::When),
    ("time", Column::When),
    ("when", Column::When),
    ("date", Column::When),
    ("due", Column::Due),
    ("deadline", Column::Due),
    ("by when", Column::Due),
    ("owner", Column::Owner),
    ("assignee", Column::Owner),
    ("who", Column::Owner),
    ("source", Column::Source),
    ("what", Column::What),
    ("event", Column::What),
    ("description", Column::What),
    ("action", Column::What),
    ("item", Column::What),
    ("task", Column::What),
];

/// What a column with this header holds.
pub(super) fn column(header: &str) -> Column {
    let header = header.trim().to_lowercase();
    COLUMNS
        .iter()
        .find(|(word, _)| header.starts_with(word))
        .map_or(Column::Other, |(_, column)| *column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_say_what_they_are_about() {
        for (heading, expected) in [
            ("What Went Well", Question(NoteKind::Well)),
            ("What Didn’t Go Well", Question(NoteKind::Puzzle)),
            ("Where we got lucky", Question(NoteKind::Lucky)),
            ("Incident Timeline", Timeline),
            ("Action items", Actions),
            ("Interactions", Topic::Other),
            ("Root Cause Analysis", Question(NoteKind::Puzzle)),
            ("Summary", Summary),
            ("Appendix", Topic::Other),
        ] {
            assert_eq!(topic(heading), expected, "{heading}");
        }
    }
}

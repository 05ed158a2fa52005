//! Layout version 1 of the document: its roots, and the sign that says a record is gone.

use board::Key;

/// The layout this version writes; a document of a greater one opens read-only.
pub(crate) const LAYOUT: i64 = 1;
/// The register of `meta` that holds the layout; absent reads as 1.
pub(crate) const LAYOUT_FIELD: &str = "layout";
/// The register that holds the fingerprint of the words a record had when it was removed.
pub(crate) const GONE: &str = "gone";
/// The key under which a note's or follow-up's text lies.
pub(crate) const TEXT: &str = "text";

/// A root of the document. All are maps, but for the summary, which is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Root {
    /// The board's own registers.
    Meta,
    /// Sections by id.
    Sections,
    /// Notes by id.
    Notes,
    /// Themes by id.
    Themes,
    /// Connectors by id.
    Connectors,
    /// Strokes by id.
    Strokes,
    /// Follow-ups by id.
    FollowUps,
    /// People by id.
    People,
    /// Dots of votes by id.
    Dots,
    /// The summary, a text.
    Summary,
}

impl Root {
    /// Every root; the content hash goes through them in this order.
    pub(crate) const ALL: [Self; 10] = [
        Self::Meta,
        Self::Sections,
        Self::Notes,
        Self::Themes,
        Self::Connectors,
        Self::Strokes,
        Self::FollowUps,
        Self::People,
        Self::Dots,
        Self::Summary,
    ];
    /// The roots that hold records.
    pub(crate) const RECORDS: [Self; 8] = [
        Self::Sections,
        Self::Notes,
        Self::Themes,
        Self::Connectors,
        Self::Strokes,
        Self::FollowUps,
        Self::People,
        Self::Dots,
    ];

    /// Its name in the document.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Sections => "sections",
            Self::Notes => "notes",
            Self::Themes => "themes",
            Self::Connectors => "connectors",
            Self::Strokes => "strokes",
            Self::FollowUps => "followups",
            Self::People => "people",
            Self::Dots => "dots",
            Self::Summary => "summary",
        }
    }

    /// The root of a name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|root| root.name() == name)
    }

    /// The root a record lies under.
    pub(crate) const fn of(key: Key) -> Self {
        match key {
            Key::Meta => Self::Meta,
            Key::Section(_) => Self::Sections,
            Key::Note(_) => Self::Notes,
            Key::Theme(_) => Self::Themes,
            Key::Connector(_) => Self::Connectors,
            Key::Stroke(_) => Self::Strokes,
            Key::FollowUp(_) => Self::FollowUps,
            Key::Person(_) => Self::People,
            Key::Dot(_) => Self::Dots,
        }
    }

    /// Whether its records have a collaborative text.
    pub(crate) const fn has_text(self) -> bool {
        matches!(self, Self::Notes | Self::FollowUps)
    }

    /// The record a key of this root names; `None` where it is no valid id of the root's kind.
    pub(crate) fn key(self, text: &str) -> Option<Key> {
        let key: Key = text.parse().ok()?;
        (key != Key::Meta && Self::of(key) == self).then_some(key)
    }
}

/// The fingerprint of a record's words: blake3, the first 8 bytes in hex.
///
/// A record is gone exactly while its register [`GONE`] equals the fingerprint of its present
/// words, so a removal never destroys words that somebody was changing meanwhile.
pub(crate) fn fingerprint(words: &str) -> String {
    let hash = blake3::hash(words.as_bytes());
    hash.to_hex().chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use board::NoteId;

    #[test]
    fn names_and_roots_agree() {
        for root in Root::ALL {
            assert_eq!(Root::from_name(root.name()), Some(root));
        }
        assert_eq!(Root::from_name("Notes"), None);
    }

    #[test]
    fn only_ids_of_the_roots_own_kind_are_keys() {
        let id = NoteId::from_bits(5);
        assert_eq!(Root::Notes.key(&id.to_string()), Some(Key::Note(id)));
        assert_eq!(Root::Sections.key(&id.to_string()), None);
        assert_eq!(Root::Meta.key("meta"), None);
        assert_eq!(Root::Notes.key(""), None);
    }

    #[test]
    fn a_fingerprint_is_sixteen_hex_digits() {
        assert_eq!(fingerprint("").len(), 16);
        assert_ne!(fingerprint("a"), fingerprint("b"));
    }
}

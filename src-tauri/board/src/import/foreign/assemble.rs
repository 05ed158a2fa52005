//! The text of a list item with all that is nested in it.

use super::*;

pub(super) fn is_label(text: &str) -> bool {
    let text = text.trim();
    text.ends_with(':') && text.len() <= LABEL && !text.contains('\n') && text.len() > 1
}

pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text of an item: its own, then what is nested in it, as lines.
pub(super) fn assemble(blocks: &[Block]) -> String {
    let mut text = String::new();
    let base = blocks
        .first()
        .and_then(|block| block.item)
        .map_or(0, |item| item.depth);
    let mut before = blocks.first().and_then(|block| block.item);
    for (at, block) in blocks.iter().enumerate() {
        let words = words_of(block);
        if at == 0 {
            text.push_str(words.trim_matches('\n'));
        } else if let Some(item) = block
            .item
            .filter(|item| before.is_none_or(|before| before.id != item.id))
        {
            text.push('\n');
            let indent = item.depth.saturating_sub(base + 1).min(MAX_INDENT);
            text.extend(std::iter::repeat_n("  ", indent));
            match item.number {
                Some(number) => text.push_str(&format!("{number}. ")),
                None => text.push_str("- "),
            }
            match block.task {
                Some(true) => text.push_str("[x] "),
                Some(false) => text.push_str("[ ] "),
                None => {}
            }
            text.push_str(words.trim_matches('\n'));
        } else {
            text.push_str("\n\n");
            text.push_str(words.trim_matches('\n'));
        }
        before = block.item.or(before);
    }
    text
}

/// The same without the first block, to be put behind it.
pub(super) fn assemble_after(blocks: &[Block]) -> String {
    let Some(mut first) = blocks.first().cloned() else {
        return String::new();
    };
    first.words.text.clear();
    first.kind = Kind::Paragraph;
    let mut with = vec![first];
    with.extend(blocks.iter().skip(1).cloned());
    assemble(&with)
}

pub(super) fn words_of(block: &Block) -> String {
    match &block.kind {
        Kind::Table(rows) => {
            let rows: Vec<String> = rows
                .iter()
                .map(|row| {
                    let cells: Vec<&str> = row.iter().map(|cell| cell.text.as_str()).collect();
                    cells.join(" | ")
                })
                .collect();
            rows.join("\n")
        }
        Kind::Code | Kind::Html => block.words.text.trim_end().to_owned(),
        _ => block.words.text.clone(),
    }
}

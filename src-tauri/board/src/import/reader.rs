//! Markdown as a flat list of blocks. Flat, because a document may nest ten thousand levels
//! deep and neither walking nor dropping it may depend on that.

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Heading(u8),
    Paragraph,
    Code,
    Html,
    /// Rows of cells, the header first.
    Table(Vec<Vec<Words>>),
    FrontMatter,
    /// The text of a footnote.
    Footnote,
}

/// The text of an inline run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Words {
    /// What a reader sees. Marks are gone, line breaks kept, links followed by their address.
    pub(super) text: String,
    /// The emphasis it ends with: where it begins in `text`, and its source between the marks.
    pub(super) tail: Option<(usize, String)>,
    /// As written.
    pub(super) raw: String,
}

impl Words {
    /// Takes the facts `*(…)*` off the end: the source between the parentheses.
    pub(super) fn take_facts(&mut self) -> Option<String> {
        let (at, raw) = self.tail.take()?;
        let facts = raw.strip_prefix('(')?.strip_suffix(')')?.to_owned();
        self.text.truncate(at);
        if at > 0 && self.text.ends_with([' ', '\n']) {
            self.text.pop();
        }
        Some(facts)
    }
}

/// The list item a block is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    /// Different for every item of the document.
    pub(super) id: usize,
    /// 1 for items of a list that is in no item.
    pub(super) depth: usize,
    /// The item's number in an ordered list.
    pub(super) number: Option<u64>,
    /// The outermost item it is in.
    pub(super) root: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) words: Words,
    pub(super) item: Option<Item>,
    /// Checked or not, for the first block of a task.
    pub(super) task: Option<bool>,
    /// In a block quote.
    pub(super) quoted: bool,
}

/// Reads a document.
pub(super) fn read(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut reader = Reader {
        source: text,
        ..Reader::default()
    };
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        reader.event(event, range);
    }
    reader.close();
    reader.blocks
}

#[derive(Default)]
struct Reader<'s> {
    source: &'s str,
    blocks: Vec<Block>,
    /// The block being read.
    open: Option<Block>,
    from: usize,
    until: usize,
    lists: Vec<Option<u64>>,
    items: Vec<Item>,
    next_item: usize,
    task: Option<bool>,
    quotes: usize,
    footnote: Option<String>,
    emphasis: usize,
    emphasis_at: (usize, usize),
    /// The emphasis that ended last: begin and end in the text, source.
    ended: Option<(usize, usize, Range<usize>)>,
    /// Links and images being read: address, where their text begins.
    links: Vec<(String, usize)>,
    rows: Vec<Vec<Words>>,
}

impl Reader<'_> {
    fn open(&mut self, kind: Kind, at: usize) {
        self.close();
        self.from = at;
        self.until = at;
        self.ended = None;
        self.emphasis = 0;
        self.open = Some(Block {
            kind,
            words: Words::default(),
            item: self.items.last().copied(),
            task: self.task.take(),
            quoted: self.quotes > 0,
        });
    }

    /// The text being read; a list item's own text begins without a paragraph.
    fn text(&mut self, range: &Range<usize>) -> &mut String {
        if self.open.is_none() {
            self.open(Kind::Paragraph, range.start);
        }
        self.until = self.until.max(range.end);
        &mut self.open.get_or_insert_with(Block::empty).words.text
    }

    fn words(&mut self, block: &mut Block) -> Words {
        let mut words = std::mem::take(&mut block.words);
        if let Some((from, to, range)) = self.ended.take()
            && to == words.text.len()
        {
            let raw = self.source.get(range).unwrap_or("");
            words.tail = Some((from, raw.to_owned()));
        }
        words.raw = self
            .source
            .get(self.from..self.until)
            .unwrap_or("")
            .trim()
            .to_owned();
        words
    }

    fn close(&mut self) {
        let Some(mut block) = self.open.take() else {
            return;
        };
        if !matches!(block.kind, Kind::Table(_)) {
            block.words = self.words(&mut block);
        }
        if let Some(label) = &self.footnote
            && block.kind == Kind::Paragraph
        {
            block.kind = Kind::Footnote;
            block.words.text.insert_str(0, &format!("[{label}] "));
            block.words.tail = None;
        }
        self.links.clear();
        self.blocks.push(block);
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => {
                // `&nbsp;` keeps a space that would be swallowed; a typed one stays what it is.
                let space = self.source.get(range.clone()) == Some("&nbsp;");
                let out = self.text(&range);
                if space {
                    out.push(' ');
                } else {
                    out.push_str(&text);
                }
            }
            Event::Code(text) => self.text(&range).push_str(&text),
            Event::InlineHtml(html) => {
                let is_break = html
                    .trim_matches(['<', '>', '/', ' '])
                    .eq_ignore_ascii_case("br");
                let out = self.text(&range);
                out.push_str(if is_break { "\n" } else { &html });
            }
            Event::Html(html) => self.text(&range).push_str(&html),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&range).push_str(&text),
            Event::FootnoteReference(label) => {
                let out = self.text(&range);
                out.push('[');
                out.push_str(&label);
                out.push(']');
            }
            Event::SoftBreak => self.text(&range).push(' '),
            Event::HardBreak => self.text(&range).push('\n'),
            Event::Rule => self.close(),
            Event::TaskListMarker(checked) => {
                self.task = Some(checked);
                if let Some(block) = &mut self.open {
                    block.task = self.task.take();
                    self.from = range.end;
                }
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => self.open(Kind::Paragraph, range.start),
            Tag::Heading { level, .. } => self.open(Kind::Heading(number(level)), range.start),
            Tag::CodeBlock(_) => self.open(Kind::Code, range.start),
            Tag::HtmlBlock => self.open(Kind::Html, range.start),
            Tag::BlockQuote(_) => {
                self.close();
                self.quotes += 1;
            }
            Tag::List(first) => {
                self.close();
                self.lists.push(first);
            }
            Tag::Item => {
                self.close();
                let number = match self.lists.last_mut() {
                    Some(Some(next)) => {
                        *next = next.saturating_add(1);
                        Some(next.saturating_sub(1))
                    }
                    _ => None,
                };
                self.next_item += 1;
                let root = self.items.first().map_or(self.next_item, |item| item.id);
                let depth = self.items.len() + 1;
                self.items.push(Item {
                    id: self.next_item,
                    depth,
                    number,
                    root,
                });
                self.task = None;
            }
            Tag::FootnoteDefinition(label) => {
                self.close();
                self.footnote = Some(label.to_string());
            }
            Tag::Table(_) => {
                self.open(Kind::Table(Vec::new()), range.start);
                self.rows.clear();
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::TableCell => {
                self.from = range.start;
                self.until = range.start;
                self.ended = None;
                self.emphasis = 0;
                if let Some(block) = &mut self.open {
                    block.words = Words::default();
                }
            }
            Tag::Emphasis => {
                let at = self.text(&(range.start..range.start)).len();
                if self.emphasis == 0 {
                    self.emphasis_at = (at, range.start);
                }
                self.emphasis += 1;
            }
            Tag::Strikethrough => self.text(&(range.start..range.start)).push_str("~~"),
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => {
                let at = self.text(&(range.start..range.start)).len();
                let shown = matches!(link_type, LinkType::Autolink | LinkType::Email);
                self.links.push((
                    if shown {
                        String::new()
                    } else {
                        dest_url.to_string()
                    },
                    at,
                ));
            }
            Tag::Image { dest_url, .. } => {
                let at = self.text(&(range.start..range.start)).len();
                self.links.push((dest_url.to_string(), at));
            }
            Tag::MetadataBlock(_) => self.open(Kind::FrontMatter, range.start),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::MetadataBlock(_) => self.close(),
            TagEnd::Heading(_) => {
                self.from = range.start;
                self.until = range.end;
                self.close();
                if let Some(block) = self.blocks.last_mut() {
                    let words = block.words.raw.trim_start_matches('#').trim().to_owned();
                    block.words.raw = words;
                }
            }
            TagEnd::BlockQuote(_) => {
                self.close();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::List(_) => {
                self.close();
                self.lists.pop();
            }
            TagEnd::Item => {
                self.close();
                self.items.pop();
                self.task = None;
            }
            TagEnd::FootnoteDefinition => {
                self.close();
                self.footnote = None;
            }
            TagEnd::TableCell => {
                self.until = range.end;
                if let Some(mut block) = self.open.take() {
                    let words = self.words(&mut block);
                    if let Some(row) = self.rows.last_mut() {
                        row.push(words);
                    }
                    self.open = Some(block);
                }
            }
            TagEnd::Table => {
                if let Some(block) = &mut self.open {
                    block.kind = Kind::Table(std::mem::take(&mut self.rows));
                    block.words = Words::default();
                }
                self.close();
            }
            TagEnd::Emphasis => {
                self.emphasis = self.emphasis.saturating_sub(1);
                if self.emphasis == 0 {
                    let (from, start) = self.emphasis_at;
                    let to = self.text(&range).len();
                    self.ended = Some((from, to, start + 1..range.end.saturating_sub(1)));
                }
            }
            TagEnd::Strikethrough => self.text(&range).push_str("~~"),
            TagEnd::Link | TagEnd::Image => {
                if let Some((url, from)) = self.links.pop() {
                    let out = self.text(&range);
                    let shown = out.get(from..).unwrap_or("");
                    if url.is_empty() || shown == url {
                    } else if shown.is_empty() {
                        out.push_str(&url);
                    } else {
                        out.push_str(" (");
                        out.push_str(&url);
                        out.push(')');
                    }
                }
            }
            _ => {}
        }
    }
}

impl Block {
    fn empty() -> Self {
        Self {
            kind: Kind::Paragraph,
            words: Words::default(),
            item: None,
            task: None,
            quoted: false,
        }
    }
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

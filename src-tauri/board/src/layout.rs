//! Where things go when nobody has placed them by hand: imports, templates, the sample.
//!
//! Notes are as high as their text; the UI measures them, here the height is estimated from
//! the advances of the note font. Numbers are those of the visual design, in board units.

use crate::{Note, Section, Size, Theme};

/// The width of a note.
pub const NOTE_W: i32 = 128;
/// The least height of a note.
pub const NOTE_H: i32 = 88;
/// Between notes.
pub const GAP: i32 = 8;
/// Between a theme and what lies beside it.
pub const THEME_GAP: i32 = 14;
/// Between sections.
pub const SECTION_GAP: i32 = 16;
/// From a section's edge to what lies in it.
pub const PADDING: i32 = 12;
/// The height of a section's header.
pub const HEADER: i32 = 44;
/// From the top of a timeline lane to its notes; the axis lies between.
pub const LANE_TOP: i32 = 96;
/// From a theme's edge to its notes.
pub const TRAY_PADDING: i32 = 6;
/// The row a theme's name stands in.
pub const TRAY_TITLE: i32 = 24;
/// Two trays of two notes side by side, or four notes: the width of a section for reading.
pub const SECTION_W: i32 = 2 * PADDING + 2 * (2 * TRAY_PADDING + 2 * NOTE_W + GAP) + THEME_GAP;

/// A note's text: left, right; top and bottom paddings; the row of glyph and votes under it.
const TEXT_PAD_X: i32 = 9 + 9;
const TEXT_PAD_Y: i32 = 8 + 7;
const FOOT: i32 = 18;
const LINE: i32 = 17;
const FONT_PX: i64 = 14;

/// Advances of Atkinson Hyperlegible Next at weight 520, in thousandths of the font size,
/// U+0020 to U+007E.
#[rustfmt::skip]
const ASCII: [u16; 95] = [
    295, 294, 342, 704, 600, 942, 728, 183, 316, 316, 485, 601, 238, 367, 239, 411, 653, 422, 562,
    587, 619, 597, 611, 522, 619, 584, 239, 239, 561, 620, 561, 511, 780, 650, 627, 651, 678, 582,
    558, 705, 697, 407, 535, 646, 546, 840, 704, 729, 609, 739, 631, 600, 581, 688, 617, 870, 652,
    610, 612, 328, 411, 344, 566, 385, 264, 537, 580, 497, 579, 550, 338, 574, 560, 274, 251, 521,
    288, 862, 560, 561, 580, 586, 361, 488, 349, 552, 493, 710, 508, 482, 481, 361, 245, 361, 547,
];
/// The same, U+00A0 to U+017F.
#[rustfmt::skip]
const LATIN: [u16; 224] = [
    295, 294, 497, 621, 586, 610, 245, 540, 398, 798, 380, 602, 608, 560, 798, 368, 372, 594, 391,
    394, 264, 560, 515, 265, 280, 269, 391, 602, 830, 835, 892, 485, 650, 650, 650, 650, 650, 650,
    926, 651, 582, 582, 582, 582, 407, 407, 407, 407, 698, 704, 729, 729, 729, 729, 729, 534, 729,
    688, 688, 688, 688, 610, 609, 600, 537, 537, 537, 537, 537, 537, 872, 497, 550, 550, 550, 550,
    274, 274, 274, 288, 576, 560, 561, 561, 561, 561, 561, 601, 561, 552, 552, 552, 552, 482, 580,
    482, 650, 537, 650, 537, 650, 537, 651, 497, 560, 560, 651, 497, 651, 497, 678, 662, 698, 579,
    582, 550, 560, 560, 582, 550, 582, 550, 582, 550, 560, 560, 705, 574, 705, 574, 705, 574, 560,
    560, 697, 560, 560, 560, 407, 274, 560, 560, 407, 274, 407, 274, 942, 526, 560, 560, 646, 521,
    560, 546, 288, 546, 288, 546, 339, 560, 560, 576, 320, 704, 560, 704, 560, 704, 560, 560, 560,
    560, 560, 560, 560, 560, 729, 561, 1014, 930, 631, 361, 560, 560, 631, 361, 600, 488, 560, 560,
    600, 488, 600, 488, 581, 349, 581, 349, 560, 560, 560, 560, 688, 552, 560, 560, 688, 552, 688,
    552, 688, 552, 870, 710, 610, 482, 610, 612, 481, 612, 481, 612, 481, 560,
];

/// The advance of a character, in thousandths of the font size. Other scripts come from
/// fallback fonts: full-width ones take a whole em, combining marks nothing.
fn advance(c: char) -> i64 {
    let code = c as usize;
    let width = match c {
        ' '..='~' => ASCII.get(code - 0x20).copied().unwrap_or(560),
        '\u{A0}'..='\u{17F}' => LATIN.get(code - 0xA0).copied().unwrap_or(560),
        '\t' => 287 * 4,
        '\0'..='\u{1F}'
        | '\u{300}'..='\u{36F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' => 0,
        '–' => 502,
        '—' => 828,
        '‘' | '’' => 251,
        '“' | '”' => 436,
        '…' => 721,
        '\u{1100}'..='\u{115F}'
        | '\u{2E80}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF00}'..='\u{FFEF}'
        | '\u{1F000}'..='\u{3FFFF}' => 1000,
        '\u{2190}'..='\u{2BFF}' => 1000,
        _ => 620,
    };
    i64::from(width)
}

/// How many lines the text takes at this width (the note's whole width). Words longer than
/// a line are broken, as the UI does.
fn lines(text: &str, width: i32) -> i32 {
    let room = (i64::from(width - TEXT_PAD_X) * 1000 / FONT_PX).max(1000);
    let mut count: i64 = 0;
    for line in text.split('\n') {
        count += 1;
        let (mut x, mut word) = (0, 0);
        for c in line.chars() {
            let step = advance(c);
            // Chinese, Japanese and Korean break between any two characters.
            let breaks = c == ' ' || c == '\t' || ('\u{2E80}'..='\u{D7FF}').contains(&c);
            if breaks {
                word = 0;
                // Blanks hang over the edge of a line.
                if step < 1000 {
                    x += step;
                    continue;
                }
            } else {
                word += step;
            }
            x += step;
            if x > room {
                count += 1;
                // The word moves down whole, unless it is longer than a line.
                x = if breaks || word > room {
                    word = step;
                    step
                } else {
                    word
                };
            }
            // A line may break after a hyphen.
            if c == '-' {
                word = 0;
            }
        }
    }
    i32::try_from(count).unwrap_or(i32::MAX / LINE - 10)
}

/// The height of a note with this text at this width, on the 4 grid: an estimate, for placing.
pub fn note_height(text: &str, width: i32) -> i32 {
    let lines = lines(text, width).min(crate::MAX_COORD / LINE - 4);
    let needed = TEXT_PAD_Y + FOOT + lines * LINE;
    ((needed + 3) / 4 * 4).max(NOTE_H)
}

/// The size a note takes: its own width where one was chosen, its text's height.
pub fn note_size(note: &Note) -> Size {
    let chosen = note.size.unwrap_or(Size {
        w: NOTE_W,
        h: NOTE_H,
    });
    let w = chosen.w.max(NOTE_W);
    Size {
        w,
        h: note_height(&note.text, w).max(chosen.h),
    }
}

/// The width at which a text reads well: long ones get two or three columns.
pub fn note_width(text: &str) -> i32 {
    let length = text.len();
    let longest = text.lines().map(str::len).max().unwrap_or(0);
    match length {
        0..=240 => NOTE_W,
        241..=700 => 2 * NOTE_W + GAP,
        _ if longest <= 30 => 2 * NOTE_W + GAP,
        _ => 3 * NOTE_W + 2 * GAP,
    }
}

/// Left and top edges, relative to what the things lie on.
pub type Places = Vec<(i32, i32)>;

/// Things of these sizes, in order, row by row within this width: their positions, and the
/// width and height they take. Rows share their top edge, so reading by position is reading
/// in order.
pub fn rows(sizes: &[Size], width: i32, gap: i32) -> (Vec<(i32, i32)>, Size) {
    let mut places = Vec::with_capacity(sizes.len());
    let (mut x, mut y, mut row, mut all) = (0, 0, 0, Size { w: 0, h: 0 });
    for size in sizes {
        if x > 0 && x + size.w > width {
            x = 0;
            y += row + gap;
            row = 0;
        }
        places.push((x, y));
        row = row.max(size.h);
        all.w = all.w.max(x + size.w);
        all.h = all.h.max(y + size.h);
        x += size.w + gap;
    }
    (places, all)
}

/// The most a tray's rows are wide: as much as a section for reading holds.
const TRAY_ROOM: i32 = SECTION_W - 2 * PADDING - 2 * TRAY_PADDING;

/// How many columns a theme of `n` notes has.
fn tray_columns(n: usize) -> i32 {
    match n {
        0 | 1 => 1,
        2..=4 => 2,
        5..=9 => 3,
        _ => 4,
    }
}

/// A theme's tray: where its notes lie in it, and its size. Rows as wide as that many columns of
/// its narrowest note; wider notes take the room of several (as the UI lays it out, `layTray` in
/// `canvas/layout.ts`).
pub fn tray(notes: &[Size]) -> (Vec<(i32, i32)>, Size) {
    let unit = notes.iter().map(|note| note.w).min().unwrap_or(NOTE_W);
    let fitting = ((TRAY_ROOM + GAP) / (unit + GAP)).max(1);
    let columns = tray_columns(notes.len()).min(fitting);
    let (mut places, all) = rows(notes, columns * (unit + GAP) - GAP, GAP);
    for (x, y) in &mut places {
        *x += TRAY_PADDING;
        *y += TRAY_TITLE;
    }
    let inner = if notes.is_empty() {
        NOTE_H / 2
    } else {
        all.h + TRAY_PADDING
    };
    (
        places,
        Size {
            w: all.w.max(NOTE_W) + 2 * TRAY_PADDING,
            h: TRAY_TITLE + inner,
        },
    )
}

/// A free section's contents: where the themes and then the notes lie in a section of this
/// width, and the height it needs.
pub fn section(themes: &[Size], notes: &[Size], width: i32) -> (Places, Places, i32) {
    let inner = width - 2 * PADDING;
    let (mut trays, above) = rows(themes, inner, THEME_GAP);
    let (mut loose, below) = rows(notes, inner, GAP);
    let top = HEADER + if above.h > 0 { above.h + THEME_GAP } else { 0 };
    for (x, y) in &mut trays {
        *x += PADDING;
        *y += HEADER;
    }
    for (x, y) in &mut loose {
        *x += PADDING;
        *y += top;
    }
    let height = match (above.h, below.h) {
        (0, 0) => HEADER + NOTE_H + PADDING,
        (above, 0) => HEADER + above + PADDING,
        (_, below) => top + below + PADDING,
    };
    (trays, loose, height)
}

/// From the side of a timeline lane to its notes.
const LANE_SIDE: i32 = 16;
/// What the axis of a further row of a lane needs less than that of the first, which has the
/// section's header above it.
const LANE_ROW: i32 = 14;

/// A timeline lane of at least this width: where its notes lie, and the size it needs. What does
/// not fit into one row goes on in the next, each row with an axis of its own (as the UI lays it
/// out, `canvas/timeline.ts`).
pub fn lane(notes: &[Size], width: i32) -> (Vec<(i32, i32)>, Size) {
    let widest = notes.iter().map(|note| note.w).max().unwrap_or(0);
    let w = width.max(widest + 2 * LANE_SIDE);
    let mut places = Vec::with_capacity(notes.len());
    let (mut x, mut top, mut row) = (LANE_SIDE, LANE_TOP, NOTE_H);
    for note in notes {
        if x > LANE_SIDE && x + note.w > w - LANE_SIDE {
            x = LANE_SIDE;
            top += row - LANE_ROW + LANE_TOP;
            row = 0;
        }
        places.push((x, top));
        row = row.max(note.h);
        x += note.w + GAP;
    }
    (
        places,
        Size {
            w,
            h: top + row + PADDING,
        },
    )
}

/// Sections of these heights and one width, each put under the shortest column so far.
/// Returns their positions and the lower edge of the lowest.
pub fn masonry(heights: &[i32], width: i32, columns: usize, top: i32) -> (Vec<(i32, i32)>, i32) {
    let mut ends = vec![top; columns.max(1)];
    let mut places = Vec::with_capacity(heights.len());
    for height in heights {
        let mut shortest = 0;
        for (column, end) in ends.iter().enumerate() {
            if *end < ends.get(shortest).copied().unwrap_or(i32::MAX) {
                shortest = column;
            }
        }
        if let Some(end) = ends.get_mut(shortest) {
            let column = i32::try_from(shortest).unwrap_or(0);
            places.push((column * (width + SECTION_GAP), *end));
            *end += height + SECTION_GAP;
        }
    }
    (places, ends.into_iter().max().unwrap_or(top))
}

/// Two things whose tops are less than this apart stand in one row when a free section is read:
/// half the least height of a note.
const ROW: i32 = NOTE_H / 2;

/// Puts things that lie freely into reading order: row by row, from the left. What stands at
/// about the same height is a row. Ties by order, then by id.
pub(crate) fn reading_order<T>(
    things: &mut [T],
    place: impl Fn(&T) -> (i32, i32),
    tie: impl Fn(&T, &T) -> std::cmp::Ordering,
) {
    things.sort_by(|a, b| {
        place(a)
            .1
            .cmp(&place(b).1)
            .then(place(a).0.cmp(&place(b).0))
            .then_with(|| tie(a, b))
    });
    let mut from = 0;
    while let Some(first) = things.get(from) {
        let limit = place(first).1.saturating_add(ROW);
        let length = things
            .get(from..)
            .unwrap_or(&[])
            .partition_point(|thing| place(thing).1 < limit);
        if let Some(row) = things.get_mut(from..from + length) {
            row.sort_by(|a, b| {
                place(a)
                    .0
                    .cmp(&place(b).0)
                    .then(place(a).1.cmp(&place(b).1))
                    .then_with(|| tie(a, b))
            });
        }
        from += length.max(1);
    }
}

/// The order of a timeline lane: by moment, then by order, then by id. A note without a moment
/// stays behind the one it stands after, instead of all of them gathering at one end.
pub fn lane_order(notes: &mut Vec<&Note>) {
    notes.sort_by(|a, b| (&a.place.order, a.id).cmp(&(&b.place.order, b.id)));
    let mut at = "";
    let mut keyed: Vec<(&str, &Note)> = Vec::with_capacity(notes.len());
    for note in notes.iter() {
        if let Some(when) = &note.when
            && !when.at.is_empty()
        {
            at = &when.at;
        }
        keyed.push((at, note));
    }
    keyed.sort_by(|a, b| a.0.cmp(b.0));
    notes.clear();
    notes.extend(keyed.into_iter().map(|(_, note)| note));
}

/// The order of sections in the agenda and the document.
pub(crate) fn agenda(a: &Section, b: &Section) -> std::cmp::Ordering {
    (&a.order, a.id).cmp(&(&b.order, b.id))
}

/// The order of themes beside each other where nothing else decides.
pub(crate) fn siblings(a: &Theme, b: &Theme) -> std::cmp::Ordering {
    (&a.place.order, a.id).cmp(&(&b.place.order, b.id))
}

/// A rectangle relative to what it lies on: left, top, width, height.
pub type Rect = (i32, i32, i32, i32);

/// A free spot for a thing of this size in a free section of this width: row by row from the top
/// left, not above `from`; below everything where there is none (as the UI finds it, `freeSpot` in
/// `canvas/room.ts`).
pub fn free_spot(taken: &[Rect], width: i32, size: Size, from: i32) -> (i32, i32) {
    let right = (width - PADDING).max(PADDING + size.w);
    let free = |x: i32, y: i32| {
        !taken.iter().any(|(left, top, w, h)| {
            x < left + w + GAP
                && x + size.w + GAP > *left
                && y < top + h + GAP
                && y + size.h + GAP > *top
        })
    };
    let mut rows: Vec<i32> = std::iter::once(from.max(HEADER))
        .chain(taken.iter().flat_map(|(_, y, _, h)| [*y, y + h + GAP]))
        .filter(|y| *y >= from.max(HEADER))
        .collect();
    let mut columns: Vec<i32> = std::iter::once(PADDING)
        .chain(taken.iter().flat_map(|(x, _, w, _)| [*x, x + w + GAP]))
        .filter(|x| *x >= PADDING && x + size.w <= right)
        .collect();
    for values in [&mut rows, &mut columns] {
        values.sort_unstable();
        values.dedup();
    }
    for y in rows {
        if let Some(x) = columns.iter().find(|x| free(**x, y)) {
            return (*x, y);
        }
    }
    let lowest = taken.iter().map(|(_, y, _, h)| y + h + GAP).max();
    (PADDING, lowest.unwrap_or(HEADER).max(HEADER).max(from))
}

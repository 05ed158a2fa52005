import { describe, expect, it } from 'vitest';
import type { Layout as Kind, Meta, Record as BoardRecord } from '../ipc/generated/board';
import { bySiblingOrder, keyOf, parentOf } from '../board/records';
import { HEADER, Layout, layTray } from './layout';
import { TextMeasure, wrap } from './text';
import { laneOrder, layLane, moment } from './timeline';

/** Seven units a character. */
const ruler = (text: string): number => text.length * 7;
const meta: Meta = {
  title: '',
  team: '',
  template: '',
  heldOn: '',
  promised: null,
  phases: [],
  phase: '',
  summary: '',
  revealed: [],
  vote: null,
  discussing: null,
};

function board(records: BoardRecord[]) {
  const source = {
    meta,
    get: (key: string) => records.find((record) => keyOf(record) === key),
    childrenOf: (parent: string) =>
      records.filter((record) => parentOf(record) === parent).sort(bySiblingOrder),
  };
  const layout = new Layout(source, new TextMeasure(ruler));
  layout.update(records.map((after) => ({ key: keyOf(after), after })));
  return { layout, records };
}

const section = (layout: Kind, part: object = {}): BoardRecord => ({
  type: 'section',
  id: 's1',
  title: '',
  prompt: '',
  kind: 'well',
  layout,
  x: 100,
  y: 200,
  size: { w: 440, h: 264 },
  order: 'V',
  collapsed: false,
  ...part,
});
const note = (id: string, parent: string, x = 0, y = 0, part: object = {}): BoardRecord => ({
  type: 'note',
  id,
  text: '',
  kind: 'well',
  place: { parent, x, y, order: id },
  size: null,
  author: null,
  made: 0,
  when: null,
  source: '',
  parked: false,
  ...part,
});
const theme = (id: string, parent: string, x = 0, y = 0, collapsed = false): BoardRecord => ({
  type: 'theme',
  id,
  name: '',
  place: { parent, x, y, order: id },
  collapsed,
});

describe('wrap', () => {
  it('breaks at spaces, which hang', () => {
    expect(wrap('aaa bbb ccc', 50, ruler)).toEqual(['aaa bbb ', 'ccc']);
  });

  it('cuts a word no line holds, and keeps line breaks', () => {
    expect(wrap('abcdefghij\n\nk', 35, ruler)).toEqual(['abcde', 'fghij', '', 'k']);
  });
});

describe('TextMeasure', () => {
  it('grows a note by whole lines on the grid, and believes the browser', () => {
    const measure = new TextMeasure(ruler);
    expect(measure.noteHeight('short', 128)).toBe(88);
    expect(measure.noteHeight('a\nb\nc\nd', 128)).toBe(104);
    expect(measure.correct('a\nb\nc\nd', 128, 85)).toBe(true);
    expect(measure.noteHeight('a\nb\nc\nd', 128)).toBe(120);
    expect(measure.correct('a\nb\nc\nd', 128, 85)).toBe(false);
  });
});

describe('layTray', () => {
  it('is the size of the picture for four notes', () => {
    const four = Array.from({ length: 4 }, () => ({ w: 128, h: 88 }));
    expect(layTray(four, 2)).toMatchObject({
      w: 276,
      h: 214,
      at: [
        { x: 6, y: 24 },
        { x: 142, y: 24 },
        { x: 6, y: 120 },
        { x: 142, y: 120 },
      ],
    });
  });
});

describe('layTray of mixed widths', () => {
  const note = (w: number) => ({ w, h: 100 });

  it('gives a wide note the room of two', () => {
    // As `board::layout::tray` places them.
    expect(layTray([note(128), note(264), note(128), note(128)], 2)).toMatchObject({
      w: 276,
      h: 346,
      at: [
        { x: 6, y: 24 },
        { x: 6, y: 132 },
        { x: 6, y: 240 },
        { x: 142, y: 240 },
      ],
    });
  });

  it('is no wider than a section for reading holds', () => {
    expect(
      layTray(
        Array.from({ length: 5 }, () => note(264)),
        3,
      ),
    ).toMatchObject({ w: 548, h: 346 });
  });

  it('has room for half a note where it is empty', () => {
    expect(layTray([], 1)).toMatchObject({ w: 140, h: 68 });
  });
});

describe('Layout', () => {
  it('puts notes of a free section where they are, and grows the section', () => {
    const { layout } = board([section('free'), note('n1', 's1', 16, 300)]);
    expect(layout.rect('n1')).toEqual({ x: 116, y: 500, w: 128, h: 88 });
    expect(layout.rect('s1')?.h).toBe(300 + 88 + 12);
  });

  it('keeps a column tidy, in order', () => {
    const { layout } = board([section('column'), note('nb', 's1', 900, 900), note('na', 's1')]);
    expect(layout.rect('na')).toEqual({ x: 112, y: 200 + HEADER, w: 416, h: 88 });
    expect(layout.rect('nb')?.y).toBe(200 + HEADER + 96);
  });

  it('lays a theme out inside its section, and a stack as its first note', () => {
    const members = [note('n1', 't1'), note('n2', 't1'), note('n3', 't1')];
    const open = board([section('free'), theme('t1', 's1', 10, 44), ...members]).layout;
    expect(open.rect('n3')).toEqual({ x: 116, y: 200 + 44 + 24 + 96, w: 128, h: 88 });
    const stack = board([section('free'), theme('t1', 's1', 10, 44, true), ...members]).layout;
    expect(stack.rect('n1')).toBeDefined();
    expect(stack.rect('n2')).toBeUndefined();
    expect(stack.shown('n2')).toBe('t1');
  });

  it('hides what a closed section holds', () => {
    const { layout } = board([section('free', { collapsed: true }), note('n1', 's1')]);
    expect(layout.rect('s1')?.h).toBe(HEADER);
    expect(layout.shown('n1')).toBe('s1');
  });

  it('moves contents with their section, and says what has changed', () => {
    const { layout, records } = board([
      section('free'),
      note('n1', 's1', 16, 60),
      note('n2', 'board', 5, 5),
    ]);
    records[0] = section('free', { x: 300 });
    expect(
      [...layout.update([{ key: 's1', before: section('free'), after: records[0] }])].sort(),
    ).toEqual(['n1', 's1']);
    expect(layout.rect('n1')?.x).toBe(316);
  });

  it('forgets what is gone', () => {
    const { layout, records } = board([section('free'), note('n1', 's1')]);
    const [gone] = records.splice(1, 1);
    layout.update([{ key: 'n1', before: gone }]);
    expect(layout.rect('n1')).toBeUndefined();
  });

  it('grows a note with what is being written, ahead of its record', () => {
    const { layout } = board([note('n1', 'board')]);
    layout.writing({ key: 'n1', text: 'a\nb\nc\nd\ne' });
    expect([...layout.update([{ key: 'n1' }])]).toEqual(['n1']);
    expect(layout.rect('n1')?.h).toBe(120);
  });
});

describe('timeline', () => {
  const item = (key: string, at: string) => ({
    key,
    w: 128,
    h: 88,
    when: at ? { label: at, at } : null,
  });

  it('reads moments, and nothing else', () => {
    expect(moment('2026-03-18')).toBe(Date.UTC(2026, 2, 18));
    expect(moment('2026-03-18T14:55')).toBe(Date.UTC(2026, 2, 18, 14, 55));
    expect(moment('18 March')).toBeUndefined();
  });

  it('orders by date, the undated behind what they stand after', () => {
    const order = laneOrder([item('b', '2026-02-01'), item('c', ''), item('a', '2026-01-08')]);
    expect(order.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });

  it('spaces seven notes as in the picture, with dots at true dates', () => {
    const dates = [
      '2026-01-08',
      '2026-01-22',
      '2026-02-05',
      '2026-02-14',
      '2026-02-27',
      '2026-03-08',
      '2026-03-16',
    ];
    const lane = layLane(
      dates.map((at, i) => item(`n${i}`, at)),
      1048,
      { label: '18 March', at: '2026-03-18' },
    );
    expect(lane.at.map(({ x }) => x)).toEqual([16, 164, 312, 460, 608, 756, 904]);
    expect(lane.rows).toHaveLength(1);
    const [row] = lane.rows;
    expect(row?.dots[0]?.x).toBe(51);
    expect(row?.promise?.x).toBe(997);
    expect(row?.ticks.map(({ label }) => label)).toEqual(['February', 'March']);
    expect(row?.dots[0]?.stem).toBe('M51 58C51 78 80 74 80 96');
  });

  it('goes on in a next row rather than laying notes over each other', () => {
    const lane = layLane(
      Array.from({ length: 7 }, (_, i) => item(`n${i}`, `2026-01-0${i + 1}`)),
      440,
      { label: '5 January', at: '2026-01-05' },
    );
    expect(lane.w).toBe(440);
    expect(lane.rows.map(({ dots }) => dots.length)).toEqual([3, 3, 1]);
    expect(lane.at.map(({ x }) => x)).toEqual([16, 152, 288, 16, 152, 288, 16]);
    expect(lane.at.map(({ y }) => y)).toEqual([96, 96, 96, 266, 266, 266, 436]);
    expect(lane.h).toBe(436 + 88);
    expect(lane.rows.map(({ promise }) => promise?.label)).toEqual([
      undefined,
      '5 January',
      undefined,
    ]);
  });

  it('is as wide as its widest note', () => {
    const lane = layLane([{ ...item('wide', ''), w: 600 }], 400, null);
    expect(lane.w).toBe(632);
  });
});

import { describe, expect, it } from 'vitest';
import { htmlOf, linesOf, markdownOf, packed, plainOf, type Said, unpacked } from './outside';

const said: Said[] = [
  { as: 'section', text: 'What went well?' },
  { as: 'item', text: '- we *rehearsed*\n1. twice' },
  { as: 'item', text: '<b>not bold</b> & so on' },
  { as: 'task', text: 'Ask Maps' },
  { as: 'group', text: 'Luck' },
  { as: 'item', text: 'the van' },
];

describe('what is copied', () => {
  it('is words', () => {
    expect(plainOf(said.slice(3))).toBe('Ask Maps\nLuck\nthe van');
  });

  it('is Markdown that says the words', () => {
    expect(markdownOf(said)).toBe(
      '## What went well?\n\n' +
        '- \\- we \\*rehearsed\\*\n  1\\. twice\n' +
        '- \\<b\\>not bold\\</b\\> & so on\n' +
        '- [ ] Ask Maps\n\n' +
        '### Luck\n\n' +
        '- the van\n',
    );
    expect(markdownOf([])).toBe('');
  });

  it('is HTML in which words stay words', () => {
    expect(htmlOf(said.slice(2))).toBe(
      '<ul><li>&#60;b&#62;not bold&#60;/b&#62; &#38; so on</li><li>Ask Maps</li></ul>' +
        '<h3>Luck</h3><ul><li>the van</li></ul>',
    );
  });
});

describe('things of another window', () => {
  it('come back as they were', () => {
    const things = { records: [], at: new Map([['n1', { x: 3, y: 4 }]]) };
    expect(unpacked(packed(things))).toEqual(things);
  });

  it.each(['', 'null', '[]', '{"upshot":2}', '{"upshot":1,"records":{},"at":[]}', '{'])(
    'are not made of %j',
    (text) => {
      expect(unpacked(text)).toBeUndefined();
    },
  );

  it('have no places that are none', () => {
    expect(
      unpacked('{"upshot":1,"records":[],"at":[null,["n1",null],["n2",{"x":"1"}],7]}')?.at.size,
    ).toBe(0);
  });
});

describe('pasted text', () => {
  it('is a note a line, without list marks', () => {
    expect(linesOf('- one\r\n\n 2. two\n* [x] three')).toEqual(['one', 'two', 'three']);
  });

  it('goes on with an item of a list where the line is indented', () => {
    expect(linesOf('- one\n  and a half\n- two\n\n  apart')).toEqual([
      'one\nand a half',
      'two',
      'apart',
    ]);
  });

  it('keeps a cell of several lines together', () => {
    expect(linesOf('first\n"second\nhas ""two"" lines"\nthird')).toEqual([
      'first',
      'second\nhas "two" lines',
      'third',
    ]);
  });

  it('puts columns side by side', () => {
    expect(linesOf('8 Jan\tlate feed\n9 Jan\tnight shift')).toEqual([
      '8 Jan · late feed',
      '9 Jan · night shift',
    ]);
  });
});

import { Text } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { changesOf, difference, editOf } from './splices';

const applied = (before: string, changes: ReturnType<typeof difference>): string =>
  changes.apply(Text.of(before.split('\n'))).toString();

describe('edits', () => {
  it('go to the engine and back unchanged', () => {
    const edit = [
      { from: 0, to: 2, insert: 'Über' },
      { from: 5, to: 5, insert: 'a\nb' },
    ];
    expect(editOf(changesOf(edit, 9))).toEqual(edit);
  });

  it('count UTF-16 units, and a line break as one', () => {
    const changes = changesOf([{ from: 2, to: 2, insert: '\n' }], 4);
    expect(applied('😀😀', changes)).toBe('😀\n😀');
    expect(changes.newLength).toBe(5);
  });

  it('that do not fit are refused', () => {
    expect(() => changesOf([{ from: 3, to: 9, insert: '' }], 4)).toThrow();
  });

  it('between two texts keep what both have', () => {
    for (const [a, b] of [
      ['', 'abc'],
      ['abc', ''],
      ['abcd', 'abXd'],
      ['aaa', 'aa'],
      ['x\ny', 'x\nz\ny'],
      ['same', 'same'],
    ] as const) {
      expect(applied(a, difference(a, b))).toBe(b);
    }
    expect(editOf(difference('Hello world', 'Hello, world'))).toEqual([
      { from: 5, to: 5, insert: ',' },
    ]);
  });
});

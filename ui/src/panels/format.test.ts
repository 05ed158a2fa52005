import { describe, expect, it } from 'vitest';
import { clockWords, count, day, initial, marked, moment, parseDay, until } from './format';

const NOW = new Date(2026, 2, 28, 10, 25).getTime();
const at = (...parts: [number, number, number, number?, number?]) => new Date(...parts).getTime();

describe('moments', () => {
  it.each([
    [at(2026, 2, 28, 9, 5), 'today at 09:05'],
    [at(2026, 2, 27, 23, 59), 'yesterday'],
    [at(2026, 2, 24, 8), 'on Tuesday'],
    [at(2026, 2, 12), 'on 12 March'],
    [at(2024, 2, 12), 'on 12 March 2024'],
    [at(2026, 3, 2), 'on 2 April'],
  ])('%s', (ms, words) => expect(moment(ms, NOW)).toBe(words));

  it('says until when', () => {
    expect(until(at(2026, 2, 28, 18, 30), NOW)).toBe('until 18:30 today');
    expect(until(at(2026, 2, 29, 2, 0), NOW)).toBe('until 02:00 tomorrow');
    expect(until(at(2026, 3, 2, 18, 30), NOW)).toBe('until Thursday 2 April, 18:30');
  });
});

describe('days', () => {
  it('reads and shows them', () => expect(day('2025-04-03')).toBe('Thu 3 Apr'));
  it('leaves what is none as it is', () => expect(day('next week')).toBe('next week'));
  it('knows that February ends', () => expect(parseDay('2025-02-30')).toBeNull());
});

describe('names and counts', () => {
  it('takes a whole character', () => expect(initial(' 🦊 fox')).toBe('🦊'));
  it('has nothing for nobody', () => expect(initial('  ')).toBe(''));
  it('counts', () => expect([count(1, 'peer'), count(0, 'peer')]).toEqual(['1 peer', '0 peers']));
});

describe('marking', () => {
  it('marks words in any case', () =>
    expect(marked('A Vendor slipped', 'vend')).toEqual([
      { text: 'A ', hit: false },
      { text: 'Vend', hit: true },
      { text: 'or slipped', hit: false },
    ]));
  it('marks only where words begin', () =>
    expect(marked('spare release', 're').filter((piece) => piece.hit)).toHaveLength(1));
  it('takes signs as they are', () =>
    expect(marked('+b (c', '+b (').filter((piece) => piece.hit)).toHaveLength(2));
  it('keeps the text whole', () =>
    expect(
      marked('one two one', 'one two')
        .map((piece) => piece.text)
        .join(''),
    ).toBe('one two one'));
});

it('what is left of a timer', () => {
  expect(clockWords(300_000)).toBe('5:00');
  expect(clockWords(299_001)).toBe('5:00');
  expect(clockWords(9_500)).toBe('0:10');
  expect(clockWords(0)).toBe('0:00');
  expect(clockWords(-15_400)).toBe('−0:15');
  expect(clockWords(3_723_000)).toBe('1:02:03');
});

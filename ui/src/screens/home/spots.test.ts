import { expect, it } from 'vitest';
import { freshSpot, tagsOf, told, today } from './spots';

it('offers the topics that are used most', () => {
  const spots = [
    freshSpot({ tags: ['Testing', 'Releasing'] }),
    freshSpot({ tags: ['Releasing'] }),
    freshSpot({ tags: ['Deciding'] }),
  ];
  expect(tagsOf(spots)).toEqual(['Releasing', 'Deciding', 'Testing']);
});

it('tells how a story stands', () => {
  expect(told(freshSpot())).toBe('Kept by hand');
  const trials = [{ on: '', team: '', changed: 'Calm' }];
  expect(told(freshSpot({ board: 'Release 4.2', trials }))).toBe(
    'Found on “Release 4.2”, tried 1 time',
  );
});

it('says the day where the person is', () => {
  expect(today(new Date(2026, 2, 8, 23, 59))).toBe('2026-03-08');
});

it('gives each bright spot a name of its own', () => {
  expect(freshSpot().id).toMatch(/^[0-9a-f]{20}$/);
  expect(freshSpot().id).not.toBe(freshSpot().id);
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Client } from '../../ipc/client';
import { Search } from './search.svelte';

/** Answers each question when the test says so. */
function world() {
  const asked: { query: string; answer(text: string): Promise<void> }[] = [];
  const ask = ((request: { query: string }) =>
    new Promise((resolve) => {
      asked.push({
        query: request.query,
        answer: async (text) => {
          resolve({ reply: 'found', hits: [{ board: 'b', title: text, key: null, text }] });
          await Promise.resolve();
        },
      });
    })) as unknown as Client['ask'];
  return { asked, search: new Search({ ask }) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks once typing rests', () => {
  const { asked, search } = world();
  search.type('v');
  search.type('ve');
  search.type(' vendor ');
  vi.runAllTimers();
  expect(asked.map((question) => question.query)).toEqual(['vendor']);
});

it('passes over answers to earlier words', async () => {
  const { asked, search } = world();
  search.type('old');
  vi.runAllTimers();
  search.type('new');
  vi.runAllTimers();
  await asked[1]!.answer('of new');
  await asked[0]!.answer('of old');
  expect(search.hits?.map((hit) => hit.title)).toEqual(['of new']);
});

it('shows all boards again when the words are gone', async () => {
  const { asked, search } = world();
  search.type('x');
  vi.runAllTimers();
  search.type('');
  await asked[0]!.answer('x');
  expect(search.hits).toBeNull();
});

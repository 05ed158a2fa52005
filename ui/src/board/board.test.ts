import { describe, expect, it } from 'vitest';
import type { Note, Patch, Section } from '../ipc/generated/board';
import { sentence } from './announce';
import { Children } from './children';
import { type BoardRecord, bySiblingOrder, keyOf } from './records';
import { arrival } from './sequence';

const section = (id: string, title: string): { type: 'section' } & Section => ({
  type: 'section',
  id,
  title,
  prompt: '',
  kind: 'well',
  layout: 'free',
  x: 0,
  y: 0,
  size: { w: 440, h: 264 },
  order: 'V',
  collapsed: false,
});
const note = (id: string, parent: string, order = 'V'): { type: 'note' } & Note => ({
  type: 'note',
  id,
  text: 'words',
  kind: 'well',
  place: { parent, x: 0, y: 0, order },
  size: null,
  author: null,
  made: 0,
  when: null,
  source: '',
  parked: false,
});
const patch = (part: Partial<Patch>): Patch => ({ added: [], updated: [], removed: [], ...part });

describe('batches', () => {
  it('are applied in order, known ones passed over, gaps noticed', () => {
    expect(arrival(4, 5)).toBe('apply');
    expect(arrival(4, 4)).toBe('known');
    expect(arrival(4, 6)).toBe('gap');
  });
});

describe('Children', () => {
  it('follows what lies on what', () => {
    const children = new Children();
    children.put('n1', 's1');
    children.put('n2', 's1');
    children.put('n1', 's2');
    expect([...children.of('s1')]).toEqual(['n2']);
    expect([...children.of('s2')]).toEqual(['n1']);
    children.put('n2', undefined);
    expect(children.of('s1').size).toBe(0);
  });
});

describe('sibling order', () => {
  it('is by text, then by id', () => {
    const records = [note('nb', 's1', 'b'), note('na', 's1', 'b'), note('nc', 's1', 'Z')];
    expect(records.sort(bySiblingOrder).map(keyOf)).toEqual(['nc', 'na', 'nb']);
  });
});

describe('announcements', () => {
  const before = new Map<string, BoardRecord>([
    ['s1', section('s1', 'What went well?')],
    ['n9', note('n9', 's1')],
  ]);
  const look = (key: string): BoardRecord | undefined => before.get(key);

  it('say who added what where', () => {
    expect(sentence('Hana', patch({ added: [note('n1', 's1')] }), look)).toBe(
      'Hana added a note to What went well?',
    );
    expect(sentence('Hana', patch({ added: [note('n1', 's1'), note('n2', 'board')] }), look)).toBe(
      'Hana added 2 notes',
    );
  });

  it('say who removed what', () => {
    expect(sentence('Leo', patch({ removed: ['n9'] }), look)).toBe('Leo removed a note');
  });

  it('are silent on own changes and on texts being written', () => {
    expect(sentence('', patch({ added: [note('n1', 's1')] }), look)).toBe('');
    expect(sentence('Hana', patch({ updated: [note('n9', 's1')] }), look)).toBe('');
  });
});

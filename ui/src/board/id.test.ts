import { describe, expect, it } from 'vitest';
import { idFrom, newNoteId, sortOf } from './id';

describe('ids', () => {
  it('are a letter and 16 characters of Crockford base32', () => {
    expect(idFrom('n', new Uint8Array(16))).toBe('n0000000000000000');
    expect(idFrom('s', new Uint8Array(16).fill(255))).toBe('szzzzzzzzzzzzzzzz');
    expect(newNoteId()).toMatch(/^n[0-9a-hjkmnp-tv-z]{16}$/);
  });

  it('differ', () => {
    const ids = new Set(Array.from({ length: 1000 }, newNoteId));
    expect(ids.size).toBe(1000);
  });

  it('tell what they name', () => {
    expect(sortOf('meta')).toBe('meta');
    expect(sortOf('f0000000000000000')).toBe('followUp');
    expect(sortOf('x')).toBeUndefined();
  });
});

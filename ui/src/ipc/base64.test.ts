import { expect, it } from 'vitest';
import { fromBase64, toBase64 } from './base64';

it('reads back what it wrote, of any length', () => {
  for (const length of [0, 1, 2, 3, 100_000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7) % 256);
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  }
});

it('refuses what is none', () => expect(() => fromBase64('§')).toThrow());

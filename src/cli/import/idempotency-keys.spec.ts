import { describe, expect, it } from '@jest/globals';
import type { Dialogue } from './dialogue.js';
import { appendKey, createKey } from './idempotency-keys.js';

const nameless: Dialogue = { hash: 'h', head: {}, messages: [], places: new Map() };
const named: Dialogue = { ...nameless, externalId: 'a' };

describe('idempotency keys', () => {
  it('are the same for the same request', () => {
    expect(createKey({ ...nameless }, 1, 0)).toBe(createKey(nameless, 1, 0));
    expect(appendKey({ ...named }, 'id', 100)).toBe(appendKey(named, 'id', 100));
  });

  it('tell texts, repetitions of a text and attempts apart', () => {
    const keys = [
      createKey(nameless, 0, 0),
      createKey({ ...nameless, hash: 'g' }, 0, 0),
      createKey(nameless, 1, 0),
      createKey(nameless, 0, 1),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('take a repeated line with an externalId for the same conversation', () => {
    expect(createKey(named, 1, 0)).toBe(createKey(named, 0, 0));
  });

  it('tell batches and conversations apart', () => {
    const keys = [
      appendKey(named, 'one', 100),
      appendKey(named, 'one', 200),
      appendKey(named, 'two', 100),
      appendKey({ ...named, hash: 'g' }, 'one', 100),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('are such as the service takes', () => {
    const longest = { ...nameless, hash: 'x'.repeat(43) };
    expect(createKey(longest, 1e9, 99)).toMatch(/^[\x21-\x7e]{1,255}$/);
  });
});

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { NewMessage } from '../../domain/message.js';
import { Sealing } from '../sealing/sealing.js';
import { encodeMessage, stampMessage } from './message.codec.js';
import { isCurrentMessage, isSameMessage } from './stored-element.js';

const OWNER = { tenantId: 'contoso', userId: 'alice' };
const K1 = { id: 'k1', secret: randomBytes(32) };
const K12 = { id: 'k12', secret: randomBytes(32) };
const HI: NewMessage = {
  id: 'I"D\\',
  role: 'user',
  parts: [{ type: 'text', text: 'hi'.repeat(99) }],
};

const SEALINGS = {
  plain: new Sealing(),
  compressed: new Sealing({ compressAbove: 1 }),
  k1: new Sealing({ sealingKey: K1 }),
  'k1, compressed': new Sealing({ sealingKey: K1, compressAbove: 1 }),
  k12: new Sealing({ sealingKey: K12, openingKeys: [K1] }),
};
type Name = keyof typeof SEALINGS;
const NAMES = Object.keys(SEALINGS) as Name[];

const of = (name: Name) => SEALINGS[name].of(OWNER, 'C');
const stored = (name: Name, message = HI, time = 1_767_225_600_000) =>
  stampMessage(encodeMessage(message, of(name)), new Date(time));

describe('a stored message', () => {
  it.each<[Name, Name[]]>([
    ['plain', ['plain', 'compressed']],
    ['compressed', ['plain', 'compressed']],
    ['k1', ['k1', 'k1, compressed']],
    ['k1, compressed', ['k1', 'k1, compressed']],
    ['k12', ['k12']],
  ])('that is %s is current where texts are %j', (name, current) => {
    const found = NAMES.filter((other) => isCurrentMessage(stored(name), of(other)));
    expect(found).toEqual(current);
  });

  it('is the same message, however it is sealed', () => {
    for (const a of NAMES) {
      for (const b of NAMES) {
        const bothPlain = a === 'plain' && b === 'plain';
        expect(isSameMessage(stored(a), stored(b))).toBe(true);
        expect(isSameMessage(stored(a), stored(b, { ...HI, id: 'OTHER' }))).toBe(false);
        expect(isSameMessage(stored(a), stored(b, { ...HI, role: 'system' }))).toBe(false);
        expect(isSameMessage(stored(a), stored(b, HI, 1))).toBe(false);
        const other = stored(b, { ...HI, parts: [{ type: 'text', text: 'other' }] });
        // What is sealed cannot be compared.
        if (bothPlain) expect(isSameMessage(stored(a), other)).toBe(false);
      }
    }
  });

  it('that cannot be read is the same only by its bytes', () => {
    expect(isSameMessage('x', 'x')).toBe(true);
    expect(isSameMessage('x', 'y')).toBe(false);
  });
});

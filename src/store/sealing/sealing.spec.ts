import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { CodedError } from '../../domain/coded-error.js';
import { SealBrokenError, SealKeyMissingError } from './sealing.errors.js';
import { NO_SEALING, Sealing } from './sealing.js';

const OWNER = { tenantId: 'contoso', userId: 'alice' };
const K1 = { id: 'k1', secret: randomBytes(32) };
const K2 = { id: 'k2', secret: randomBytes(32) };
const LONG = 'All work and no play makes Jack a dull boy. '.repeat(50);

const ENCRYPTING = new Sealing({ sealingKey: K1 });
const COMPRESSING = new Sealing({ compressAbove: 100 });
const BOTH = new Sealing({ sealingKey: K1, compressAbove: 100 });

function encode(sealing: Sealing, text: string): string {
  return sealing.of(OWNER, 'C').encode('title', text);
}

function decode(sealing: Sealing, stored: string): string {
  return sealing.of(OWNER, 'C').decode('title', stored);
}

describe('sealed texts', () => {
  it.each([
    ['nothing', NO_SEALING],
    ['encryption', ENCRYPTING],
    ['compression', COMPRESSING],
    ['both', BOTH],
  ])('open again after %s', (_, sealing) => {
    for (const text of ['', 'hi', 'ü𝄞', '\u0001', '\u0001pe.', LONG, '{"a":1}']) {
      expect(decode(sealing, encode(sealing, text))).toBe(text);
    }
  });

  it('show nothing of an encrypted text, and are never the same', () => {
    const stored = [encode(ENCRYPTING, 'secret'), encode(ENCRYPTING, 'secret')];
    expect(stored.join()).not.toContain('secret');
    expect(new Set(stored).size).toBe(2);
  });

  it('are smaller when they were compressed, and only if they are long', () => {
    expect(encode(COMPRESSING, LONG).length).toBeLessThan(LONG.length / 4);
    expect(encode(BOTH, LONG).length).toBeLessThan(LONG.length / 4);
    expect(encode(COMPRESSING, 'short')).toBe('short');
    const noise = randomBytes(300).toString('base64');
    expect(encode(COMPRESSING, noise)).toBe(noise);
  });

  it('open at their own place alone', () => {
    const sealed = ENCRYPTING.of(OWNER, 'C').encode('title', 'secret');
    const elsewhere = [
      ENCRYPTING.of({ ...OWNER, userId: 'bob' }, 'C'),
      ENCRYPTING.of({ ...OWNER, tenantId: 'fabrikam' }, 'C'),
      ENCRYPTING.of(OWNER, 'D'),
    ];
    for (const place of elsewhere) {
      expect(() => place.decode('title', sealed)).toThrow(SealBrokenError);
    }
    expect(() => ENCRYPTING.of(OWNER, 'C').decode('externalId', sealed)).toThrow(SealBrokenError);
  });

  it('open nowhere else after they were opened, and give way to what follows them', () => {
    const sealing = new Sealing({ sealingKey: K1 });
    const own = sealing.of(OWNER, 'C');
    const sealed = own.encode('title', 'secret');
    const others = [sealing.of({ ...OWNER, userId: 'bob' }, 'C'), sealing.of(OWNER, 'D')];
    for (let time = 0; time < 2; time++) {
      expect(own.decode('title', sealed)).toBe('secret');
      for (const other of others) {
        expect(() => other.decode('title', sealed)).toThrow(SealBrokenError);
        expect(other.decode('title', other.encode('title', 'theirs'))).toBe('theirs');
      }
      expect(() => own.decode('externalId', sealed)).toThrow(SealBrokenError);
      expect(own.decode('metadata', own.encode('metadata', '{}'))).toBe('{}');
    }
    expect(own.decode('title', own.encode('title', 'next'))).toBe('next');
    expect(own.decode('title', sealed)).toBe('secret');
  });

  it('are sealed whole, however long they are', () => {
    for (const length of [16_355, 16_356, 16_357, 100_000]) {
      const text = 'ab'.repeat(length).slice(0, length);
      expect(decode(ENCRYPTING, encode(ENCRYPTING, text))).toBe(text);
    }
  });

  it('do not open with any bit flipped', () => {
    const sealed = encode(BOTH, LONG);
    // Without the mark in front it is a plain text.
    for (let i = 1; i < sealed.length; i++) {
      for (let bit = 0; bit < 7; bit++) {
        const flipped = String.fromCharCode(sealed.charCodeAt(i) ^ (1 << bit));
        const changed = sealed.slice(0, i) + flipped + sealed.slice(i + 1);
        expect(() => decode(BOTH, changed)).toThrow(CodedError);
      }
    }
  });

  it.each(['', 'e', 'ek1', 'ek1.', 'ek1.AAAA', 'q.AAAA', 'z.AAAA', 'z.', 'e.'])(
    'are not %j',
    (sealed) => {
      expect(() => ENCRYPTING.of(OWNER, 'C').open('title', sealed)).toThrow(CodedError);
    },
  );

  it('name a key in an error only if it may be the id of one', () => {
    for (const id of ['a secret text', '', 'x'.repeat(17), 'k1\nk2']) {
      expect(() => decode(BOTH, `\u0001e${id}.AAAA`)).toThrow(SealBrokenError);
    }
  });

  it('do not change with the bytes of a secret, which its owner may wipe', () => {
    const secret = randomBytes(32);
    const sealing = new Sealing({ sealingKey: { id: 'k1', secret: Buffer.from(secret) } });
    const given = { id: 'k1', secret };
    const wiped = new Sealing({ sealingKey: given, openingKeys: [] });
    secret.fill(0);
    expect(decode(wiped, encode(sealing, 'secret'))).toBe('secret');
  });

  it('show no secret where a store is printed', () => {
    const printed = inspect(new Sealing({ sealingKey: K1, openingKeys: [K2] }), { depth: 10 });
    for (const { secret } of [K1, K2]) {
      const bytes = [...secret].slice(0, 8).map((byte) => byte.toString(16).padStart(2, '0'));
      expect(printed).not.toContain(bytes.join(' '));
    }
  });

  it('open while their key is configured, whichever seals by now', () => {
    const stored = encode(ENCRYPTING, 'secret');
    expect(decode(new Sealing({ sealingKey: K2, openingKeys: [K1] }), stored)).toBe('secret');
    expect(decode(new Sealing({ openingKeys: [K1] }), stored)).toBe('secret');
    const error = new SealKeyMissingError('k1');
    expect(() => decode(new Sealing({ sealingKey: K2 }), stored)).toThrow(error);
    expect(() => decode(NO_SEALING, stored)).toThrow(error);
  });

  it('may lie beside texts from before', () => {
    for (const text of ['', 'plain', '{"a":1}']) expect(decode(BOTH, text)).toBe(text);
  });
});

describe('the claim of a request', () => {
  const claim = { key: 'K', requestHash: 'HASH' };

  it('is as it was without keys', () => {
    expect(NO_SEALING.claim(OWNER, claim)).toBe(claim);
  });

  it('has a hash of its own for each owner and key, and knows the former ones', () => {
    const first = ENCRYPTING.claim(OWNER, claim);
    expect(first.requestHash).toMatch(/^[\w-]{22}$/);
    expect(ENCRYPTING.claim({ ...OWNER, userId: 'bob' }, claim).requestHash).not.toBe(
      first.requestHash,
    );
    const rotated = new Sealing({ sealingKey: K2, openingKeys: [K1] }).claim(OWNER, claim);
    expect(rotated.requestHash).not.toBe(first.requestHash);
    expect(rotated.formerHashes).toEqual(['HASH', first.requestHash]);
    const plain = new Sealing({ openingKeys: [K1] }).claim(OWNER, claim);
    expect(plain.requestHash).toBe('HASH');
    expect(plain.formerHashes).toContain(first.requestHash);
  });
});

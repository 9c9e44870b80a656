import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { describeSealing } from './describe-sealing.js';
import { knownKeys, type KeyService, type MasterKeys } from './key-service.js';
import { MasterKeysError } from './master-keys.error.js';
import { openSealing } from './open-sealing.js';
import { NO_SEALING, type Sealing } from './sealing.js';

const OWNER = { tenantId: 'contoso', userId: 'alice' };
const K1 = { id: 'k1', secret: randomBytes(32) };
const K2 = { id: 'k2', secret: randomBytes(32) };

function encode(sealing: Sealing): string {
  return sealing.of(OWNER, 'C').encode('title', 'All work and no play. '.repeat(20));
}

function decode(sealing: Sealing, stored: string): string {
  return sealing.of(OWNER, 'C').decode('title', stored);
}

/** Stands for a key management that unwraps data keys, which the team stores beside its configuration. */
class WrappedKeys implements KeyService {
  private readonly root = randomBytes(32);

  constructor(private readonly wrapped: { id: string; data: Buffer }[] = []) {}

  add(id: string): void {
    const cipher = createCipheriv('aes-256-ecb', this.root, null).setAutoPadding(false);
    this.wrapped.unshift({ id, data: cipher.update(randomBytes(32)) });
  }

  async masterKeys(): Promise<MasterKeys> {
    return Promise.all(this.wrapped.map(async ({ id, data }) => ({ id, secret: this.open(data) })));
  }

  private open(data: Buffer): Uint8Array {
    const decipher = createDecipheriv('aes-256-ecb', this.root, null).setAutoPadding(false);
    return decipher.update(data);
  }
}

describe('a sealing', () => {
  it('is none without keys and compression', async () => {
    expect(await openSealing({})).toBe(NO_SEALING);
    expect(await openSealing({ compressAbove: 0 })).toBe(NO_SEALING);
  });

  it('encrypts with the first key, and opens with all', async () => {
    const before = encode(await openSealing({ keys: knownKeys([K1]) }));
    const sealing = await openSealing({ keys: knownKeys([K2, K1]) });
    expect(encode(sealing).slice(1, 5)).toBe('ek2.');
    expect(decode(sealing, before)).toMatch(/^All work/);
  });

  it('encrypts nothing any more with plain, and opens with the others', async () => {
    const before = encode(await openSealing({ keys: knownKeys([K1]) }));
    const sealing = await openSealing({ keys: knownKeys(['plain', K1]) });
    expect(encode(sealing)).toMatch(/^All work/);
    expect(decode(sealing, before)).toMatch(/^All work/);
  });

  it('compresses from so many bytes on', async () => {
    expect(encode(await openSealing({ compressAbove: 100 })).slice(1, 3)).toBe('z.');
    expect(encode(await openSealing({ compressAbove: 1_000 }))).toMatch(/^All work/);
  });

  it('takes the keys of a key management', async () => {
    const keys = new WrappedKeys();
    keys.add('2025');
    const before = encode(await openSealing({ keys }));
    keys.add('2026');
    const sealing = await openSealing({ keys });
    expect(encode(sealing).slice(1, 7)).toBe('e2026.');
    expect(decode(sealing, before)).toMatch(/^All work/);
  });
});

describe('a key service', () => {
  const SECRET = K1.secret.toString('base64');
  const DENIED = Object.assign(new Error(`not allowed: ${SECRET}`), {
    name: 'AccessDenied',
    code: SECRET,
  });

  it.each<[string, () => unknown, unknown]>([
    ['rejects', () => Promise.reject(DENIED), 'the key service has failed (AccessDenied)'],
    [
      'throws',
      () => {
        throw DENIED;
      },
      'the key service has failed (AccessDenied)',
    ],
    [
      'shows a key wherever it can',
      () => Promise.reject(Object.assign(new Error(SECRET), { name: SECRET, code: SECRET })),
      'the key service has failed (it does not say why)',
    ],
    [
      'is silent',
      () => new Promise(() => undefined),
      'the key service has not answered within 50 ms',
    ],
    ['gives nothing', () => Promise.resolve(), 'the key service gave no list of keys'],
    [
      'gives no keys',
      () => Promise.resolve([undefined, K1]),
      'the key service gave no list of keys',
    ],
    ['gives texts', () => Promise.resolve([SECRET]), 'the key service gave no list of keys'],
    ['gives no key', () => Promise.resolve([]), 'there is no key'],
    [
      'gives a text',
      () => Promise.resolve([{ id: 'k1', secret: SECRET }]),
      'the secret of key 1 must be bytes',
    ],
    [
      'gives keys that are wrong in several ways',
      () => Promise.resolve([K1, { ...K1, id: SECRET }]),
      expect.stringMatching(/^the id of key 2 must be .*; key 2 has the secret of key 1$/),
    ],
  ])(
    'that %s keeps the store from opening, and nothing of a key is shown',
    async (_, give, why) => {
      const keys = { masterKeys: give } as KeyService;
      const error = await openSealing({ keys }, 50).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(MasterKeysError);
      const { mistakes } = error as MasterKeysError;
      expect(mistakes.join('; ')).toEqual(why);
      expect(inspect(error, { depth: 9 })).not.toContain(SECRET.slice(0, 6));
    },
  );

  it('that is made of known keys shows none of them', () => {
    const shown = inspect({ store: { keys: knownKeys([K1]) } }, { depth: 9, showHidden: true });
    expect(shown).not.toMatch(/k1|secret|Uint8Array|Buffer/);
  });
});

describe('the line of the log', () => {
  it('names the keys by their ids alone', () => {
    const sealing = { sealingKey: K2, openingKeys: [K1], compressAbove: 512 };
    expect(describeSealing(sealing)).toBe(
      'Messages, titles, external ids, metadata, states and events are encrypted with the key "k2". ' +
        'What was encrypted before opens with "k1". Texts of 512 bytes or more are compressed.',
    );
  });

  it('says when nothing is encrypted', () => {
    expect(describeSealing({ openingKeys: [K1] })).toBe(
      'Texts are not encrypted. What was encrypted before opens with "k1".',
    );
    expect(describeSealing({ compressAbove: 64 })).toBe(
      'Texts are not encrypted. Texts of 64 bytes or more are compressed.',
    );
  });
});

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { KeyService, StoreOptions } from 'conversation-store';
import { readAppConfig } from './app-config.js';
import { ConfigurationError, describeMistake } from './configuration.error.js';
import type { ConfiguredInCode } from './configured-in-code.js';

const BASE = { JWT_SECRET: 'a secret of the specs, of 32 bytes or more' };
const REDIS = { ...BASE, REDIS_URL: 'redis://redis' };
const POSTGRES = { ...BASE, DATABASE_URL: 'postgres://store@db/conversations' };
const TIERED = { ...REDIS, ...POSTGRES };

const [FIRST, SECOND] = [randomBytes(32), randomBytes(32)] as [Buffer, Buffer];
const [ONE, TWO] = [FIRST.toString('base64'), SECOND.toString('base64url')] as [string, string];
const ENCRYPTION_KEYS = `k2:${TWO},k1:${ONE}`;
const KEYS = [
  { id: 'k2', secret: SECOND },
  { id: 'k1', secret: FIRST },
];

const folder = mkdtempSync(join(tmpdir(), 'keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

interface Sealed {
  readonly keys?: KeyService;
  readonly compressAbove?: number;
}

function sealed(variables: Record<string, string>, inCode?: ConfiguredInCode): Sealed {
  return readAppConfig(variables, inCode).store as StoreOptions & Sealed;
}

function mistakesIn(variables: Record<string, string>, inCode?: ConfiguredInCode): string[] {
  try {
    readAppConfig(variables, inCode);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes.map(describeMistake);
    throw error;
  }
  return [];
}

describe('the variables of sealing', () => {
  it.each([
    ['redis', REDIS],
    ['postgres', POSTGRES],
    ['tiered', TIERED],
  ])('seal nothing in %s when none is set', (_, variables) => {
    expect(sealed(variables)).not.toHaveProperty('keys');
    expect(sealed(variables)).toMatchObject({ compressAbove: 0 });
  });

  it.each([
    ['redis', REDIS],
    ['postgres', POSTGRES],
    ['tiered', TIERED],
  ])('give the keys and the size to %s', async (_, variables) => {
    const { keys, compressAbove } = sealed({
      ...variables,
      ENCRYPTION_KEYS,
      COMPRESS_ABOVE: '1024',
    });
    expect(await keys?.masterKeys()).toEqual(KEYS);
    expect(compressAbove).toBe(1024);
  });

  it('may name a file, whose last line may end', async () => {
    const ENCRYPTION_KEYS_FILE = file('keys', `\n${ENCRYPTION_KEYS.replace(',', '\n')}\n`);
    expect(await sealed({ ...REDIS, ENCRYPTION_KEYS_FILE }).keys?.masterKeys()).toEqual(KEYS);
  });

  it.each([
    ['a driver that seals nothing', { ...BASE, ENCRYPTION_KEYS }, 'ENCRYPTION_KEYS'],
    ['a custom driver', { ...REDIS, STORE_DRIVER: 'custom', ENCRYPTION_KEYS }, 'ENCRYPTION_KEYS'],
    [
      'memory by name',
      { ...REDIS, STORE_DRIVER: 'memory', COMPRESS_ABOVE: '64' },
      'COMPRESS_ABOVE',
    ],
    [
      'a file beside the variable',
      { ...REDIS, ENCRYPTION_KEYS, ENCRYPTION_KEYS_FILE: file('more', ENCRYPTION_KEYS) },
      'ENCRYPTION_KEYS and ENCRYPTION_KEYS_FILE',
    ],
    ['no file', { ...REDIS, ENCRYPTION_KEYS_FILE: join(folder, 'none') }, 'ENCRYPTION_KEYS_FILE'],
    ['a folder', { ...REDIS, ENCRYPTION_KEYS_FILE: folder }, 'ENCRYPTION_KEYS_FILE'],
    ['an empty file', { ...REDIS, ENCRYPTION_KEYS_FILE: file('0', '\n') }, 'ENCRYPTION_KEYS_FILE'],
  ])('may not go with %s', (_, variables, head) => {
    expect(mistakesIn(variables)).toEqual([expect.stringMatching(`^${head}: `)]);
  });

  it.each<[string, ConfiguredInCode]>([
    ['its store', { store: true }],
    ['its keys', { keys: true }],
  ])('may not be set when the application has %s in code', (what, inCode) => {
    const why = `may not be set: the application has ${what} in code`;
    expect(mistakesIn({ ...REDIS, ENCRYPTION_KEYS }, inCode)).toEqual([`ENCRYPTION_KEYS: ${why}`]);
    expect(mistakesIn(REDIS, inCode)).toEqual([]);
  });

  it('may compress beside keys in code', () => {
    const inCode = { keys: true };
    expect(sealed({ ...REDIS, COMPRESS_ABOVE: '64' }, inCode)).toMatchObject({ compressAbove: 64 });
    expect(mistakesIn({ ...REDIS, COMPRESS_ABOVE: '64' }, { store: true })).toHaveLength(1);
  });
});

describe('the mistakes in the keys', () => {
  const MISTAKES = [
    'k1:',
    ONE,
    `:${ONE}`,
    `${ONE}:${TWO}`,
    `${TWO}:k1`,
    `k1:${ONE.slice(0, 30)}`,
    `k1:${ONE}${TWO}`,
    `k1:${FIRST.toString('hex')}`,
    `k1:${ONE.slice(0, -4)}***=`,
    `k1=${ONE}`,
    `k1:${ONE},k1:${TWO}`,
    `k1:${ONE},k2:${ONE}`,
    `k 1:${ONE}`,
    `k1:${ONE},plain`,
    `k1:${ONE},,k2:${TWO}`,
    `plain:${ONE}`,
    `k1:${ONE} k2:${TWO}`,
    `"k1:${ONE}"`,
  ];

  it.each(MISTAKES)('are reported with the others, and show nothing of a key: case %#', (text) => {
    const sources = [
      { ENCRYPTION_KEYS: text },
      { ENCRYPTION_KEYS_FILE: file('wrong', `${text}\n`) },
      { ENCRYPTION_KEYS: text, STORE_DRIVER: 'memory' },
    ];
    for (const source of sources) {
      const [name = ''] = Object.keys(source);
      const lines = mistakesIn({ ...REDIS, ...source, PORT: 'x', COMPRESS_ABOVE: '1' });
      for (const head of ['PORT: ', 'COMPRESS_ABOVE: ', `${name}: `]) {
        expect(lines).toContainEqual(expect.stringMatching(`^${head}`));
      }
      expectNothingOf([ONE, TWO, FIRST.toString('hex')], lines.join('\n'));
    }
  });

  it('are as many as there are', () => {
    const lines = mistakesIn({ ...REDIS, ENCRYPTION_KEYS: `k1:,${ONE},k3:${TWO}${TWO}` });
    expect(lines).toHaveLength(3);
  });
});

describe('the configuration', () => {
  it('shows no key to those who print it', () => {
    const config = readAppConfig({ ...TIERED, ENCRYPTION_KEYS });
    const shown = inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config);
    expectNothingOf([ONE, TWO, FIRST.toString('hex')], shown);
  });
});

/** Six characters of a secret do not stand in a text by chance. */
function expectNothingOf(secrets: readonly string[], text: string): void {
  for (const secret of secrets) {
    for (let i = 0; i + 6 <= secret.length; i++) expect(text).not.toContain(secret.slice(i, i + 6));
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { textsIn, textsInFiles } from './texts-in-files.js';

const TEXT = 'secret-0123456789abcdef';

describe('the search for texts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'texts-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['as it is', `\0\xff${TEXT}\0`],
    ['in hexadecimal', Buffer.from(`<${TEXT}>`).toString('hex')],
    ['in base64', Buffer.from(`${TEXT}>`).toString('base64')],
    ['in base64 behind a byte', Buffer.from(`<${TEXT}>`).toString('base64')],
    ['in base64 behind two bytes', Buffer.from(`<<${TEXT}>`).toString('base64')],
  ])('finds a text %s', (_, stored) => {
    writeFileSync(join(folder, 'file'), Buffer.from(stored, 'latin1'));
    expect(textsInFiles([TEXT, 'another-text-that-is-not-there'], folder)).toEqual([TEXT]);
    expect(textsIn([TEXT, 'another-text-that-is-not-there'], stored)).toEqual([TEXT]);
  });
});

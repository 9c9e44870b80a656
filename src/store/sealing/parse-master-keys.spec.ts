import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { MasterKeysError } from './master-keys.error.js';
import { parseMasterKeys } from './parse-master-keys.js';

const [FIRST, SECOND] = [randomBytes(32), randomBytes(32)] as [Buffer, Buffer];
const [ONE, TWO] = [FIRST.toString('base64'), SECOND.toString('base64')] as [string, string];

function mistakesIn(text: string): readonly string[] {
  try {
    parseMasterKeys(text);
  } catch (error) {
    if (error instanceof MasterKeysError) return error.mistakes;
    throw error;
  }
  return [];
}

describe('the text of master keys', () => {
  it.each([
    ['a comma', `k2:${TWO},k1:${ONE}`],
    ['lines', `k2:${TWO}\nk1:${ONE}\n`],
    ['lines of Windows, and blank ones', `\r\n k2:${TWO}\r\n\r\nk1:${ONE}\r\n\r\n`],
    ['lines behind a byte order mark', `\uFEFFk2:${TWO}\nk1:${ONE}`],
    ['base64url', `k2:${SECOND.toString('base64url')}, k1:${FIRST.toString('base64url')}`],
  ])('has %s between them, the newest first', (_, text) => {
    expect(parseMasterKeys(text)).toEqual([
      { id: 'k2', secret: SECOND },
      { id: 'k1', secret: FIRST },
    ]);
  });

  it('may begin with plain', () => {
    expect(parseMasterKeys(`plain,k1:${ONE}`)).toEqual(['plain', { id: 'k1', secret: FIRST }]);
    expect(parseMasterKeys('plain')).toEqual(['plain']);
  });

  it.each([
    ['', 'there is no key'],
    ['\n \n', 'there is no key'],
    [`k1:${ONE},`, 'key 2 is empty'],
    [`,k1:${ONE}`, 'key 1 is empty'],
    [ONE, 'key 1 must be <id>:<32 bytes in base64>'],
    ['k1:', 'key 1 has no secret behind its id'],
    [`k1:${ONE.slice(0, -3)}*==`, 'the secret of key 1 is not base64'],
    [`k1: ${ONE}`, 'the secret of key 1 is not base64'],
    [`k1:${ONE}${ONE}`, 'the secret of key 1 is not base64'],
    [`k1:${ONE.slice(0, 40)}`, 'the secret of key 1 must have 32 bytes, and has 30'],
    [`k1:${FIRST.toString('hex')}`, 'the secret of key 1 must have 32 bytes, and has 48'],
    [`k1:${'A'.repeat(43)}=`, 'the secret of key 1 must be random'],
    [`k2:${TWO},k1:${ONE},k2:${randomBytes(32).toString('base64')}`, 'key 3 has the id of key 1'],
    [`k2:${ONE},k1:${ONE}`, 'key 2 has the secret of key 1'],
    [`k1:${ONE},plain`, 'plain must come first, and once'],
    ['plain,plain', 'plain must come first, and once'],
    [`plain:${ONE}`, expect.stringMatching(/^the id of key 1 must be .* and not plain$/)],
    [`:${ONE}`, expect.stringMatching(/^the id of key 1 must be /)],
    [`${'k'.repeat(17)}:${ONE}`, expect.stringMatching(/^the id of key 1 must be /)],
    [`clé:${ONE}`, expect.stringMatching(/^the id of key 1 must be /)],
  ])('that is wrong is refused: case %#', (text, mistake) => {
    expect(mistakesIn(text)).toEqual([mistake]);
  });

  it('that is wrong in several ways is refused once, without anything of a key', () => {
    const text = `${ONE},k1:${TWO}x,k2:${TWO.slice(4)},${ONE}:${TWO}\nplain,k2:${TWO},k2:${TWO},,k9:`;
    expect(mistakesIn(text)).toHaveLength(11);
    const { message } = new MasterKeysError(mistakesIn(text));
    for (const secret of [ONE, TWO]) {
      for (let i = 0; i + 6 <= secret.length; i++) {
        expect(message).not.toContain(secret.slice(i, i + 6));
      }
    }
    expect(message).not.toMatch(/k1|k9/);
  });
});

import { describe, expect, it } from '@jest/globals';
import { InvalidRequestError } from '../http/request.errors.js';
import { decodeCursor, encodeCursor } from './conversation-cursor.js';

const OWNER = { tenantId: 'contoso', userId: 'alice' };
const ID = '018f4e6a-7b2c-7d3e-8f90-123456789abc';
const POSITION = { updatedAt: new Date('2026-01-02T03:04:05.678Z'), id: ID };

function withText(change: (text: string) => string): string {
  const text = Buffer.from(encodeCursor(OWNER, POSITION), 'base64url').toString();
  return Buffer.from(change(text)).toString('base64url');
}

describe('a cursor', () => {
  it.each([POSITION.updatedAt, new Date(0), new Date(8.64e15)])('leads back to %p', (updatedAt) => {
    const position = { updatedAt, id: ID };
    expect(decodeCursor(OWNER, encodeCursor(OWNER, position))).toEqual(position);
  });

  it('can stand in a URL as it is', () => {
    expect(encodeCursor(OWNER, POSITION)).toMatch(/^[\w-]+$/);
  });

  it.each([
    { tenantId: 'contoso', userId: 'bob' },
    { tenantId: 'fabrikam', userId: 'alice' },
    { tenantId: 'alice', userId: 'contoso' },
    { tenantId: 'contoso","alice', userId: '' },
  ])('is no good for another owner: %j', (owner) => {
    expect(() => decodeCursor(owner, encodeCursor(OWNER, POSITION))).toThrow(InvalidRequestError);
  });

  it.each([
    ['empty', ''],
    ['garbled', 'garbled'],
    ['of dots', Buffer.from('..').toString('base64url')],
    ['with another time', withText((text) => text.replace(/^[^.]+/, 'zzz'))],
    ['with another id', withText((text) => text.replace(ID, ID.replace('0', '1')))],
    ['with the id in capitals', withText((text) => text.replace(ID, ID.toUpperCase()))],
    ['with another check', withText((text) => text.replace(/.$/, '!'))],
    ['without a check', withText((text) => text.replace(/[^.]*$/, ''))],
    ['with more after the check', withText((text) => `${text}.more`)],
    ['with a NUL', withText((text) => `${text}\0`)],
    ['with padding', `${encodeCursor(OWNER, POSITION)}=`],
    ['with a stray character', `${encodeCursor(OWNER, POSITION)}!`],
    ['in two', `${encodeCursor(OWNER, POSITION)} ${encodeCursor(OWNER, POSITION)}`],
  ])('is refused: %s', (_, cursor) => {
    expect(() => decodeCursor(OWNER, cursor)).toThrow(InvalidRequestError);
  });
});

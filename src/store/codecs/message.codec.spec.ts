import { describe, expect, it } from '@jest/globals';
import { ROLES, type NewMessage } from '../../domain/message.js';
import { ConversationDamagedError } from '../store.errors.js';
import { decodeMessage, encodeMessage, stampMessage } from './message.codec.js';

const TIME = '1763630340123';
const TEXT: NewMessage = { id: 'ID', role: 'user', parts: [{ type: 'text', text: 'hi' }] };

describe('the message codec', () => {
  const messages: [string, NewMessage][] = [
    ['a text', TEXT],
    ['an empty text', { ...TEXT, parts: [{ type: 'text', text: '' }] }],
    ['a text part with more', { ...TEXT, parts: [{ type: 'text', text: 'hi', state: 'done' }] }],
    ['two texts', { ...TEXT, parts: [...TEXT.parts, ...TEXT.parts] }],
    ['another part', { ...TEXT, parts: [{ type: 'tool', input: { a: [null, 1.5] } }] }],
    ['metadata', { ...TEXT, metadata: { constructor: 'x' } }],
    ...ROLES.map((role): [string, NewMessage] => [`the role ${role}`, { ...TEXT, role }]),
  ];
  it.each(messages)('decodes what it encoded: %s', (_, message) => {
    const createdAt = new Date(Number(TIME));
    const element = stampMessage(encodeMessage(message), createdAt);
    expect(decodeMessage('C', 7, element)).toEqual({ ...message, seq: 7, createdAt });
  });

  it('puts the 13 digits of a time in front, also of an early one', () => {
    expect(stampMessage('[]', new Date(Number(TIME)))).toBe(`${TIME}[]`);
    expect(stampMessage('[]', new Date(7))).toBe('0000000000007[]');
  });

  it('adds few bytes to a text', () => {
    expect(encodeMessage(TEXT)).toBe('["ID","u","hi"]');
  });

  it.each([
    '',
    TIME,
    `${TIME}[`,
    `${TIME}{}`,
    `${TIME}[1,"u","x"]`,
    `${TIME}["ID","x","x"]`,
    `${TIME}["ID","u",[1]]`,
    `${TIME}["ID","u",[{}]]`,
    `${TIME}["ID","u","x",1]`,
    'abcdefghijklm["ID","u","x"]',
  ])('calls %j damaged', (element) => {
    expect(() => decodeMessage('C', 1, element)).toThrow(ConversationDamagedError);
  });
});

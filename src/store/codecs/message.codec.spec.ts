import { describe, expect, it } from '@jest/globals';
import { ROLES, type NewMessage } from '../../domain/message.js';
import { ConversationDamagedError } from '../store.errors.js';
import { NO_SEALING, Sealing } from '../sealing/sealing.js';
import {
  decodeMessage,
  encodeMessage,
  isSealed,
  openMessage,
  plainBytesOf,
  resealMessage,
  stampMessage,
} from './message.codec.js';

const PLAIN = NO_SEALING.of({ tenantId: 't', userId: 'u' }, 'C');
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
    const element = stampMessage(encodeMessage(message, PLAIN), createdAt);
    expect(decodeMessage('C', 7, element, PLAIN)).toEqual({ ...message, seq: 7, createdAt });
  });

  it('puts the 13 digits of a time in front, also of an early one', () => {
    expect(stampMessage('[]', new Date(Number(TIME)))).toBe(`${TIME}[]`);
    expect(stampMessage('[]', new Date(7))).toBe('0000000000007[]');
  });

  it('adds few bytes to a text', () => {
    expect(encodeMessage(TEXT, PLAIN)).toBe('["ID","u","hi"]');
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
    expect(() => decodeMessage('C', 1, element, PLAIN)).toThrow(ConversationDamagedError);
  });
});

describe('a message that is sealed', () => {
  const owner = { tenantId: 't', userId: 'u' };
  const key = { id: 'k1', secret: Buffer.alloc(32, 1) };
  const next = { id: 'k2', secret: Buffer.alloc(32, 2) };
  const plain = new Sealing().of(owner, 'C');
  const sealing = new Sealing({ sealingKey: key }).of(owner, 'C');
  const fork = new Sealing({ sealingKey: next, openingKeys: [key] }).of(owner, 'D');
  const createdAt = new Date(Number(TIME));
  const drafts: NewMessage[] = [
    TEXT,
    { ...TEXT, id: 'a "quoted\\" ,{"sealed":"id' },
    { ...TEXT, parts: [{ type: 'x', a: [{ sealed: 'y' }] }], metadata: { b: 'c' } },
    { ...TEXT, parts: [{ type: 'text', text: 'u' }], metadata: { sealed: 'x' } },
    { ...TEXT, parts: [{ type: 'text', text: ',{"sealed":"' }], metadata: { sealed: '"}]' } },
  ];

  it.each(drafts)('is told from one that is not, and opens as that: %j', (draft) => {
    const [bare, sealed] = [plain, sealing].map((by) =>
      stampMessage(encodeMessage(draft, by), createdAt),
    ) as [string, string];
    expect([isSealed(bare), isSealed(sealed)]).toEqual([false, true]);
    expect(openMessage('C', 1, sealed, sealing)).toBe(bare);
    expect(openMessage('C', 1, bare, sealing)).toBe(bare);
    expect(plainBytesOf(draft)).toBe(Buffer.byteLength(bare));
    expect(decodeMessage('C', 1, sealed, sealing)).toEqual({ ...draft, seq: 1, createdAt });
  });

  it.each(drafts)('is sealed for a fork anew: %j', (draft) => {
    const [bare, sealed] = [plain, sealing].map((by) =>
      stampMessage(encodeMessage(draft, by), createdAt),
    ) as [string, string];
    for (const element of [bare, sealed]) {
      const copy = resealMessage('C', 1, element, sealing, fork);
      expect(isSealed(copy)).toBe(true);
      expect(decodeMessage('D', 1, copy, fork)).toEqual({ ...draft, seq: 1, createdAt });
      expect(() => decodeMessage('D', 1, copy, sealing)).toThrow(ConversationDamagedError);
    }
    expect(resealMessage('C', 1, sealed, sealing, plain)).toBe(bare);
    expect(resealMessage('C', 1, bare, sealing, plain)).toBe(bare);
  });

  it('of which nobody seals a copy is not even read', () => {
    expect(resealMessage('C', 1, 'x', sealing, plain)).toBe('x');
    expect(() => resealMessage('C', 1, 'x', sealing, fork)).toThrow(ConversationDamagedError);
  });

  it.each(['["hi"', '"hi"]', '{}', ''])('is damaged when what opens is %j', (text) => {
    const sealed = sealing.seal('message ID u', text);
    const element = `${TIME}["ID","u",{"sealed":"${sealed}"}]`;
    expect(() => decodeMessage('C', 1, element, sealing)).toThrow(ConversationDamagedError);
  });
});

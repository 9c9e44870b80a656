import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Message, Part } from '../domain/message.js';
import { toJson } from './message-list.json.js';
import { toMessageView } from './message.view.js';

/** What JSON escapes, and halves of characters. */
const special = fc.constantFrom('"', '\\', '\n', '\0', '\u007f', '\u2028', '\ud83d', '\ude00');

const part = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('text'), text: text() }) },
  fc.record({ type: fc.constant('tool-search'), input: fc.jsonValue() }),
  fc.record({ type: fc.constant('text'), text: text(), state: fc.constant('done') }),
);

const message: fc.Arbitrary<Message> = fc.record(
  {
    id: fc.oneof(fc.uuid(), text()),
    seq: fc.nat(),
    role: fc.constantFrom('user', 'assistant', 'system', 'tool'),
    parts: fc.array(part as fc.Arbitrary<Part>, { maxLength: 2, minLength: 1 }),
    createdAt: fc.date({ min: new Date(0), max: new Date(9e12), noInvalidDate: true }),
    metadata: fc.dictionary(text(), fc.jsonValue()),
    parentSeq: fc.nat(),
    siblings: fc.array(fc.nat()),
    supersedes: fc.nat(),
  },
  { requiredKeys: ['id', 'seq', 'role', 'parts', 'createdAt'] },
);

function text(): fc.Arbitrary<string> {
  return fc.string({ unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 1 }), special) });
}

describe('the JSON of messages', () => {
  it('says what JSON.stringify says', () => {
    const answer = fc.record(
      { messages: fc.array(message), hasMore: fc.boolean(), title: text() },
      { requiredKeys: ['messages'] },
    );
    fc.assert(
      fc.property(answer, (given) => {
        const view = { ...given, messages: given.messages.map(toMessageView) };
        const json = toJson(view, 'messages');
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(view)));
        // No half of a character is in it as it is.
        expect(json.isWellFormed()).toBe(true);
      }),
    );
  });

  it('has a property that somebody has added to a message', () => {
    const view = Object.assign(toMessageView(aMessage()), { note: 'of an interceptor' });
    expect(JSON.parse(toJson({ data: [view] }, 'data'))).toEqual({ data: [view] });
  });

  it.each([
    ['other properties', { id: 'a', seq: 1, role: 'user', parts: [], metadata: {} }],
    ['no parts', { id: 'a', seq: 1, role: 'user', text: 'Hi', createdAt: 'now' }],
    ['a date', { id: 'a', seq: 1, role: 'user', parts: [], createdAt: new Date(0) }],
    ['no number', { ...aMessage(), seq: NaN, createdAt: 'now' }],
    ['a role of its own', { ...aMessage(), role: 'a","b":"', createdAt: 'now' }],
    ['nothing', null],
  ])('has a message of an interceptor with %s', (_, message) => {
    const answer = { data: [message] };
    expect(JSON.parse(toJson(answer, 'data'))).toEqual(JSON.parse(JSON.stringify(answer)));
  });

  it.each([[null], [[]], [7], [{ data: null }]])('has %j in place of an answer', (answer) => {
    expect(toJson(answer, 'data')).toBe(JSON.stringify(answer));
  });

  it('has an answer that somebody has wrapped', () => {
    const wrapped = { data: { messages: [toMessageView(aMessage())] } };
    expect(JSON.parse(toJson(wrapped, 'messages'))).toEqual(wrapped);
    expect(JSON.parse(toJson(wrapped, 'data'))).toEqual(wrapped);
  });

  function aMessage(): Message {
    const parts = [{ type: 'text', text: 'Hi' }];
    return { id: 'a', seq: 1, role: 'user', parts, createdAt: new Date(0) };
  }
});

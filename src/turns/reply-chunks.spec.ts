import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AI_SDKS, type AiSdk } from '../../test/support/ai-sdks.js';
import {
  available,
  call,
  input,
  STREAMS,
  STREAMS_7,
  text,
} from '../../test/support/chunk-streams.js';
import type { Message, NewMessage } from '../domain/message.js';
import type { Turn } from '../domain/turn.js';
import type { Chunk } from './chunk.js';
import { InvalidOutputError } from './invalid-output.error.js';
import { ReplyBuilder } from './reply-builder.js';
import { storedEvents } from './stored-events.js';

const START = { turnId: 'T', userSeq: 3 };
const TURN: Turn = { id: 'T', conversationId: 'C', status: 'completed', userSeq: 3 };
const [ai6, ai7] = AI_SDKS as [AiSdk, AiSdk];
const CASES = [
  ...Object.entries(STREAMS).flatMap(([name, chunks]) =>
    AI_SDKS.map((sdk) => [sdk.name, name, chunks, sdk] as const),
  ),
  ...Object.entries(STREAMS_7).map(([name, chunks]) => [ai7.name, name, chunks, ai7] as const),
];

describe('the chunks of the AI SDK', () => {
  it.each(CASES)('make the message that %s assembles: %s', async (_, name, chunks, sdk) => {
    const reply = new ReplyBuilder('ID', START);
    const sent = send(reply, chunks);
    await expectSame(sdk, reply, [...sent, ...reply.close(), reply.finish()]);
    expect(reply.toMessages()).toHaveLength(1);
    if (name !== 'metadata of the message') return;
    const metadata = { ...START, a: { b: 1, c: 2, d: 3 }, list: [2], usage: 7 };
    expect(reply.toMessages()[0]).toMatchObject({ id: 'ID', metadata });
  });

  it.each(CASES)('make the same message for %s when the turn is cancelled: %s', async (...args) => {
    const [, , chunks, sdk] = args;
    const reply = new ReplyBuilder('ID', START);
    const sent = send(reply, chunks);
    await expectSame(sdk, reply, [...sent, ...reply.close(), ...reply.cancel()]);
    expect(reply.toMessages()[0]?.metadata).toMatchObject({ ...START, cancelled: true });
  });

  it('mix in any order with other outputs, and can be cut off anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(interleavings(), async (chunks) => {
        const reply = new ReplyBuilder('ID', START);
        const sent = send(reply, chunks);
        const all = [...sent, ...reply.close(), ...reply.cancel()];
        for (const sdk of [ai6, ai7]) await expectSame(sdk, reply, all);
      }),
      { numRuns: 200 },
    );
  });

  it('leave our beginning and our end to us', () => {
    const reply = new ReplyBuilder('ID', START);
    const outputs = [
      { type: 'start', messageId: 'theirs' },
      { type: 'message-metadata', messageMetadata: null },
      ...text('0', 'a'),
      { type: 'finish', finishReason: 'stop', messageMetadata: { usage: 1 } },
    ];
    const sent = outputs.flatMap((chunk) => reply.addChunk(chunk));
    expect(sent.map(({ type }) => type)).toEqual(['text-start', 'text-delta', 'text-end']);
    expect(reply.start()).toEqual({ type: 'start', messageId: 'ID', messageMetadata: START });
    const messageMetadata = { usage: 1 };
    expect(reply.finish()).toEqual({ type: 'finish', finishReason: 'stop', messageMetadata });
  });

  it('say why the answer was aborted', () => {
    const reply = new ReplyBuilder('ID', START);
    reply.addChunk({ type: 'abort', reason: 'too slow' });
    expect(reply.cancel()).toEqual([{ type: 'abort', reason: 'too slow' }]);
  });

  describe.each(AI_SDKS)('behind a message that $name has already', (sdk) => {
    const first = new ReplyBuilder('ID', START);
    const initialChunks = [
      { type: 'start-step' },
      ...text('0', 'a'),
      available,
      { type: 'tool-input-start', toolCallId: 'late', toolName: 'x', dynamic: true, title: 'T' },
      { type: 'tool-input-delta', toolCallId: 'late', inputTextDelta: '{"a"' },
    ];
    send(first, initialChunks);
    first.close();
    const initial = first.toMessages()[0] as NewMessage;

    it.each([
      ['a result', [{ type: 'tool-output-available', toolCallId: 'c', output: 1 }]],
      [
        'the rest of an input',
        [{ type: 'tool-input-delta', toolCallId: 'late', inputTextDelta: ':1' }],
      ],
      [
        'a step',
        [{ type: 'start-step' }, ...text('0', 'b'), { type: 'finish', finishReason: 'stop' }],
      ],
    ])('%s goes on in it', async (_, chunks) => {
      const before = structuredClone(initial);
      const reply = new ReplyBuilder('ID', { turnId: 'T2', userSeq: 3 }, initial);
      const sent = [reply.start(), ...chunks.flatMap((chunk) => reply.addChunk(chunk))];
      sent.push(...reply.close(), reply.finish());
      const [message] = reply.toMessages();
      expect(await sdk.assemble(sent, initial)).toEqual(message);
      expect(message?.metadata).toEqual({ turnId: 'T2', userSeq: 3 });
      expect(initial).toEqual(before);
      const added = message?.parts.slice(initial.parts.length) ?? [];
      expect(reply.toNewMessages().flatMap(({ parts }) => parts)).toEqual(added);
    });

    it('a replay gives its calls their results, and adds what is new', async () => {
      const reply = new ReplyBuilder('ID', { turnId: 'T2', userSeq: 3 }, initial);
      reply.addChunk({ type: 'tool-output-available', toolCallId: 'c', output: 1 });
      send(reply, [{ type: 'start-step' }, ...text('0', 'b')]);
      const [message] = reply.toMessages();
      const stored = { ...message, seq: 4, supersedes: 3, createdAt: new Date(0) } as Message;
      const events = storedEvents({ ...TURN, id: 'T2' }, [stored], initial.parts.length);
      const replayed = events.map(({ data }) => JSON.parse(data) as Chunk);
      expect(await sdk.assemble(replayed, initial)).toEqual(message);
    });
  });

  it.each([
    ['a text that never began', { type: 'text-delta', id: '0', delta: 'a' }],
    ['an empty piece of a text that never began', { type: 'text-delta', id: '0', delta: '' }],
    ['the end of a text that never began', { type: 'text-end', id: '0' }],
    ['a reasoning that never began', { type: 'reasoning-delta', id: '0', delta: 'a' }],
    ['the input of no call', { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: 'a' }],
    ['the output of no call', { type: 'tool-output-available', toolCallId: 'c', output: 1 }],
    ['the failure of no call', { type: 'tool-output-error', toolCallId: 'c', errorText: 'no' }],
    ['the denial of no call', { type: 'tool-output-denied', toolCallId: 'c' }],
    ['an approval of no call', { type: 'tool-approval-request', toolCallId: 'c', approvalId: 'a' }],
    ['no approval', { type: 'tool-approval-response', approvalId: 'a', approved: true }],
    ['a text without an id', { type: 'text-start' }],
    ['a piece without an id', { type: 'text-delta', delta: 'a' }],
    ['a piece without text', { type: 'reasoning-delta', id: '0' }],
    ['a piece that is a number', { type: 'text-delta', id: '0', delta: 1 }],
    ['a call without a name', { type: 'tool-input-start', toolCallId: 'c' }],
    ['a file without an address', { type: 'file', mediaType: 'a/b' }],
    ['a title that is null', { type: 'tool-input-start', ...call, title: null }],
    ['metadata that are a text', { type: 'start', messageMetadata: 'a' }],
    ['metadata that are a list', { type: 'finish', messageMetadata: [1] }],
    ['an unknown finish reason', { type: 'finish', finishReason: 'tired' }],
    ['metadata of a provider without names', { type: 'text-start', id: '0', providerMetadata: 1 }],
    ['data with a number as id', { type: 'data-x', id: 1, data: 1 }],
    ['a number of JavaScript’s alone', { type: 'data-x', data: 1n }],
    ['half a character', { type: 'source-url', sourceId: '\ud83d', url: 'a' }],
    ['NUL', { type: 'tool-input-available', ...call, input: '\u0000' }],
  ])('are refused when one is about %s', (_, chunk) => {
    const reply = new ReplyBuilder('ID', START);
    expect(() => reply.addChunk(chunk)).toThrow(InvalidOutputError);
  });

  it('leave out the input of a tool that is cut off and cannot be stored', () => {
    const reply = new ReplyBuilder('ID', START);
    const inputTextDelta = '['.repeat(100_000);
    reply.addChunk({ type: 'tool-input-start', ...call });
    reply.addChunk({ type: 'tool-input-delta', toolCallId: 'c', inputTextDelta });
    reply.close();
    const part = { type: 'tool-x', toolCallId: 'c', state: 'input-streaming' };
    expect(reply.toMessages()[0]?.parts).toEqual([{ ...part, rawInput: inputTextDelta }]);
  });

  it('count by what they carry, and have an end', () => {
    const reply = new ReplyBuilder('ID', START);
    reply.addChunk({ type: 'text-start', id: '0' });
    const delta = 'x'.repeat(1_000);
    const fill = (): void => {
      for (let i = 0; i < 1_049; i++) reply.addChunk({ type: 'text-delta', id: '0', delta });
    };
    expect(fill).toThrow(InvalidOutputError);
    expect(() =>
      new ReplyBuilder('ID', START).addChunk({ type: 'data-x', data: 'x'.repeat(2 ** 20) }),
    ).toThrow(InvalidOutputError);
  });
});

/** The chunks that clients get. An output without an AI SDK type is one of our own. */
function send(reply: ReplyBuilder, outputs: readonly (Chunk | string)[]): Chunk[] {
  const sent = outputs.flatMap((output) => {
    if (typeof output === 'string') return reply.addText(output);
    return output.type === 'part' ? reply.addPart(output['part']) : reply.addChunk(output);
  });
  return [reply.start(), ...sent];
}

/** What is stored is what a client assembles: now, and when the turn is replayed from what is stored. */
async function expectSame(sdk: AiSdk, reply: ReplyBuilder, sent: readonly Chunk[]): Promise<void> {
  const wire = JSON.parse(JSON.stringify(sent)) as Chunk[];
  const [message] = JSON.parse(JSON.stringify(reply.toMessages())) as NewMessage[];
  if (!message) return;
  const streamed = (await sdk.assemble(wire)) as NewMessage;
  expect(streamed).toEqual(message);
  expect(await sdk.invalidity(message)).toBeUndefined();
  const stored: Message = { ...message, seq: 4, createdAt: new Date(0) };
  const events = storedEvents(TURN, [stored]).map(({ data }) => JSON.parse(data) as Chunk);
  expect(await sdk.assemble(events)).toEqual(message);
}

/** Texts, calls and other outputs, each in its order, in any order among each other, and cut off. */
function interleavings(): fc.Arbitrary<readonly (Chunk | string)[]> {
  const episode = fc.oneof(
    fc.constantFrom<readonly (Chunk | string)[]>(...Object.values(STREAMS)),
    fc.constantFrom<readonly (Chunk | string)[]>(
      ['own ', 'text', ' 😀'],
      [{ type: 'part', part: { type: 'text', text: 'whole' } }, 'own'],
      [
        {
          type: 'part',
          part: { type: 'tool-x', toolCallId: 'o', state: 'input-available', input },
        },
      ],
    ),
  );
  const episodes = fc.array(episode, { minLength: 1, maxLength: 5 });
  const order = fc.infiniteStream(fc.nat());
  return fc.tuple(episodes, order, fc.nat(40)).map(([all, numbers, length]) => {
    // Each episode has ids of its own: two of them at once would be about the same text.
    const queues = all.map((chunks, i) => chunks.map((chunk) => renamed(chunk, String(i))));
    const mixed: (Chunk | string)[] = [];
    for (const number of numbers) {
      const rest = queues.filter((queue) => queue.length > 0);
      const next = rest[number % rest.length]?.shift();
      if (next === undefined || mixed.length === length) return mixed;
      mixed.push(next);
    }
    return mixed;
  });
}

function renamed(chunk: Chunk | string, suffix: string): Chunk | string {
  if (typeof chunk === 'string') return chunk;
  const ids = ['id', 'toolCallId', 'approvalId'].filter((name) => name in chunk);
  return {
    ...chunk,
    ...Object.fromEntries(ids.map((name) => [name, `${String(chunk[name])}-${suffix}`])),
  };
}

import { describe, expect, it } from '@jest/globals';
import { readUIMessageStream, uiMessageChunkSchema, type UIMessage, type UIMessageChunk } from 'ai';
import type { Part } from '../domain/message.js';
import { startChunk, type Chunk } from './chunk.js';
import { InvalidOutputError } from './invalid-output.error.js';
import { MAX_REPLY_BYTES, ReplyBuilder } from './reply-builder.js';

const TURN = { turnId: 'T', userSeq: 1 };

const PARTS: [string, Part[]][] = [
  ['text', [{ type: 'text', text: 'a' }]],
  ['reasoning', [{ type: 'reasoning', text: 'because', providerMetadata: { x: { y: 'z' } } }]],
  ['a file', [{ type: 'file', mediaType: 'text/plain', url: 'https://example.com/a' }]],
  ['a source', [{ type: 'source-url', sourceId: 's', url: 'https://example.com', title: 't' }]],
  ['a document', [{ type: 'source-document', sourceId: 's', mediaType: 'a/b', title: 't' }]],
  ['data', [{ type: 'data-x', data: { a: [1] } }]],
  ['data that changes', [1, 2].map((data) => ({ type: 'data-x', id: 'i', data }))],
  ['data without an id', [1, 2].map((data) => ({ type: 'data-x', data }))],
  ['a step', [{ type: 'step-start' }, { type: 'text', text: 'a' }]],
  ...['tool-x', 'dynamic-tool'].map((type): [string, Part[]] => {
    const call = { type, toolCallId: 'c', ...(type === 'dynamic-tool' && { toolName: 'x' }) };
    return [
      type,
      [
        { ...call, state: 'input-available', input: { a: 1 } },
        { ...call, state: 'output-available', input: { a: 1 }, output: [2] },
      ],
    ];
  }),
  [
    'a tool that fails',
    [{ type: 'tool-x', toolCallId: 'c', state: 'output-error', input: 1, errorText: 'no' }],
  ],
  [
    'a tool that asks first',
    [
      {
        type: 'tool-x',
        toolCallId: 'c',
        state: 'approval-requested',
        input: 1,
        approval: { id: 'a' },
      },
    ],
  ],
];

describe('a reply', () => {
  it.each(PARTS)('with %s is what the AI SDK makes of its chunks', async (_, parts) => {
    const reply = new ReplyBuilder('ID', TURN);
    const chunks = [
      ...reply.addText('before'),
      ...parts.flatMap((part) => reply.addPart(part)),
      ...reply.addText('after'),
      ...reply.close(),
    ];
    const [message] = reply.toMessages();
    const streamed = await readByAiSdk(chunks);
    expect(streamed.parts).toHaveLength(message?.parts.length ?? 0);
    expect(streamed).toMatchObject({ id: 'ID', role: 'assistant', parts: message?.parts });
  });

  it('puts together a character that came in halves', () => {
    const reply = new ReplyBuilder('ID', TURN);
    const [high, low] = ['\ud83d', '\ude00'];
    expect(reply.addText(`a${high}`)).toContainEqual({ type: 'text-delta', id: '1', delta: 'a' });
    expect(reply.addText(`${low}b`)).toEqual([{ type: 'text-delta', id: '1', delta: '😀b' }]);
    reply.addText(high);
    reply.close();
    expect(reply.toMessages()[0]?.parts).toEqual([{ type: 'text', text: 'a😀b', state: 'done' }]);
  });

  it.each([
    ['half a character', '\ude00'],
    ['half a character in the middle', 'a\ud83db'],
    ['NUL', 'a\u0000'],
  ])('takes no text with %s', (_, text) => {
    expect(() => new ReplyBuilder('ID', TURN).addText(text)).toThrow(InvalidOutputError);
  });

  const circle: Record<string, unknown> = { type: 'data-x' };
  circle['data'] = circle;
  const nested = Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], 1);
  it.each([
    ['no object', 'text'],
    ['nothing', undefined],
    ['a list', [{ type: 'text', text: 'a' }]],
    ['an object without a type', { text: 'a' }],
    ['a text part without text', { type: 'text' }],
    ['a source without its url', { type: 'source-url', sourceId: 's' }],
    ['a circle', circle],
    ['a number of JavaScript’s alone', { type: 'data-x', data: 1n }],
    ['half a character', { type: 'data-x', data: '\ud83d' }],
    ['lists in lists in lists', { type: 'data-x', data: nested }],
  ])('takes no part that is %s', (_, part) => {
    expect(() => new ReplyBuilder('ID', TURN).addPart(part)).toThrow(InvalidOutputError);
  });

  it.each(['constructor', 'toString', '__proto__'])('stores a part of the type "%s"', (type) => {
    const reply = new ReplyBuilder('ID', TURN);
    expect(reply.addPart({ type })).toEqual([]);
    expect(reply.toMessages()[0]?.parts).toEqual([{ type }]);
  });

  it('has an end', () => {
    const reply = new ReplyBuilder('ID', TURN);
    reply.addText('x'.repeat(MAX_REPLY_BYTES - 1));
    expect(() => reply.addText('xx')).toThrow(InvalidOutputError);
    const transient = { type: 'data-x', transient: true, data: 'x'.repeat(MAX_REPLY_BYTES) };
    expect(() => new ReplyBuilder('ID', TURN).addPart(transient)).toThrow(InvalidOutputError);
  });

  it('is none when nothing was said', () => {
    const reply = new ReplyBuilder('ID', TURN);
    reply.addText('');
    reply.addPart({ type: 'data-x', data: 1, transient: true });
    expect([reply.close(), reply.toMessages()]).toEqual([[], []]);
  });
});

async function readByAiSdk(chunks: readonly Chunk[]): Promise<UIMessage> {
  const all = [startChunk('ID', { turnId: 'T', userSeq: 1 }), ...chunks] as UIMessageChunk[];
  const { validate } = uiMessageChunkSchema();
  for (const chunk of all) expect(await validate?.(chunk)).toMatchObject({ success: true });
  const stream = ReadableStream.from<UIMessageChunk>(all);
  let message: UIMessage | undefined;
  for await (const next of readUIMessageStream({ stream, terminateOnError: true })) message = next;
  if (!message) throw new Error('The AI SDK made no message.');
  return message;
}

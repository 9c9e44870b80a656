import type { SentChunk as Chunk } from './ai-sdks.js';

const META = { p: { a: 'b', list: [1, { c: null }] } };
export const call = { toolCallId: 'c', toolName: 'x' };
export const input = { q: 'x', n: [1, 2] };
export const available = { type: 'tool-input-available', ...call, input };

/** What `streamText` and a `writer` make. */
export const STREAMS: Readonly<Record<string, readonly Chunk[]>> = {
  'text of the AI SDK': text('0', 'Hel', 'lo'),
  'text with metadata of its provider': [
    { type: 'text-start', id: '0', providerMetadata: META },
    { type: 'text-delta', id: '0', delta: 'a', providerMetadata: { p: { a: 'c' } } },
    { type: 'text-delta', id: '0', delta: 'b' },
    { type: 'text-end', id: '0', providerMetadata: { p: { d: 1 } } },
  ],
  'text without a letter': text('0', ''),
  reasoning: [...text('r', 'because').map(asReasoning), ...text('0', 'so')],
  'text and reasoning under one id, at once': [
    { type: 'text-start', id: '1' },
    { type: 'reasoning-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'a' },
    { type: 'reasoning-delta', id: '1', delta: 'b' },
    { type: 'reasoning-end', id: '1' },
    { type: 'text-end', id: '1' },
  ],
  'text that does not end': text('0', 'a').slice(0, 2),
  'text that begins again under its id': [...text('0', 'a').slice(0, 2), ...text('0', 'b')],
  'text that outlives its step': [
    { type: 'start-step' },
    ...text('0', 'a').slice(0, 2),
    { type: 'finish-step' },
    { type: 'start-step' },
    ...text('0', 'b').slice(1),
    { type: 'finish-step' },
  ],
  'characters in halves': [
    ...text('0', 'a\ud83d', '\ude00b'),
    ...text('r', '\ud83d', '\ude00', '\ud83d').map(asReasoning),
    { type: 'tool-input-start', ...call },
    { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"a":"\ud83d' },
    { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '\ude00"' },
  ],
  'the input of a tool as it comes': [
    { type: 'tool-input-start', ...call, title: 'X', providerMetadata: META },
    { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"q":"x' },
    { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '","n":[1,2]}' },
    { ...available, toolMetadata: { a: 1 } },
    { type: 'tool-output-available', toolCallId: 'c', output: [2], providerMetadata: META },
  ],
  ...Object.fromEntries(
    [false, true].flatMap((dynamic) => {
      const start = { type: 'tool-input-start', ...call, dynamic };
      const half = { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"q":"x","n' };
      const failed = { type: 'tool-input-error', ...call, dynamic, input, errorText: 'no' };
      const name = dynamic ? 'a dynamic tool' : 'a tool';
      return Object.entries({
        [`${name} whose input is cut off`]: [start, half],
        [`${name} whose input is plain text`]: [
          { ...start, inputEncoding: 'text' },
          { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: 'SELECT' },
        ],
        [`${name} whose input is not accepted`]: [
          start,
          half,
          { ...failed, providerMetadata: META },
        ],
        [`${name} whose input is not accepted at once`]: [{ ...failed, toolMetadata: { a: 1 } }],
        [`${name} whose input never came`]: [start, { ...failed, input: undefined }],
        [`${name} that fails`]: [
          { ...available, dynamic },
          { type: 'tool-output-error', toolCallId: 'c', errorText: 'no', dynamic },
        ],
        [`${name} that fails before its input is whole`]: [
          start,
          half,
          { type: 'tool-output-error', toolCallId: 'c', errorText: 'no' },
        ],
        [`${name} that fails before its input comes`]: [
          start,
          { type: 'tool-output-error', toolCallId: 'c', errorText: 'no' },
        ],
        [`${name} with preliminary results`]: [
          { ...available, dynamic },
          { type: 'tool-output-available', toolCallId: 'c', output: 1, preliminary: true },
          { type: 'tool-output-available', toolCallId: 'c', output: 2, preliminary: true },
          { type: 'tool-output-available', toolCallId: 'c', output: 2 },
        ],
        [`${name} that was cancelled with a preliminary result`]: [
          { ...available, dynamic },
          { type: 'tool-output-available', toolCallId: 'c', output: 1, preliminary: true },
        ],
        [`${name} of the provider`]: [
          { ...available, dynamic, providerExecuted: true },
          { type: 'tool-output-available', toolCallId: 'c', output: null, providerExecuted: true },
        ],
        [`${name} that asks first`]: [
          { ...available, dynamic, providerMetadata: META },
          {
            type: 'tool-approval-request',
            ...{ toolCallId: 'c', approvalId: 'a', signature: 's', inputSchemaInput: { q: 1 } },
            approvalDescriptor: { d: 1 },
          },
        ],
        [`${name} that is called in two steps`]: [
          { type: 'start-step' },
          { ...available, dynamic },
          { type: 'tool-output-available', toolCallId: 'c', output: 1 },
          { type: 'finish-step' },
          { type: 'start-step' },
          { ...available, dynamic, input: 2 },
          { type: 'tool-output-available', toolCallId: 'c', output: 2 },
          { type: 'finish-step' },
        ],
      });
    }),
  ),
  'a tool whose input has no value': [{ type: 'tool-input-available', ...call, input: undefined }],
  'a result that comes in a later step': [
    { type: 'start-step' },
    available,
    { type: 'finish-step' },
    { type: 'start-step' },
    { type: 'tool-output-available', toolCallId: 'c', output: 1 },
  ],
  sources: [
    { type: 'source-url', sourceId: 's', url: 'https://example.com', title: 't' },
    { type: 'source-url', sourceId: 's', url: 'https://example.com', providerMetadata: META },
    {
      type: 'source-document',
      ...{ sourceId: 'd', mediaType: 'a/b', title: 't', filename: 'f' },
    },
  ],
  files: [
    {
      type: 'file',
      mediaType: 'image/png',
      url: 'data:image/png;base64,AA',
      providerMetadata: META,
    },
  ],
  data: [
    { type: 'data-x', data: 1 },
    { type: 'data-x', id: 'i', data: { percent: 1 } },
    { type: 'data-y', id: 'i', data: null },
    { type: 'data-x', id: 'i', data: { percent: 2 } },
    { type: 'data-x', data: 1, transient: true },
  ],
  'metadata of the message': [
    { type: 'start', messageId: 'theirs', messageMetadata: { a: { b: 1 }, list: [1] } },
    { type: 'message-metadata', messageMetadata: { a: { c: 2 }, list: [2], turnId: 'theirs' } },
    ...text('0', 'a'),
    {
      type: 'finish',
      finishReason: 'stop',
      messageMetadata: { a: { d: 3 }, usage: 7, userSeq: 9 },
    },
  ],
  'several answers': [
    { type: 'start' },
    ...text('0', 'a'),
    { type: 'finish', finishReason: 'tool-calls', messageMetadata: { a: 1, b: 1 } },
    { type: 'start', messageMetadata: { c: 1 } },
    ...text('0', 'b'),
    { type: 'finish', finishReason: 'stop', messageMetadata: { b: 2 } },
  ],
  'nothing but a step': [{ type: 'start-step' }, { type: 'finish-step' }],
};

/** What version 7 has in addition. */
export const STREAMS_7: Readonly<Record<string, readonly Chunk[]>> = {
  citations: [
    ...text('0', 'a').slice(0, 2),
    {
      type: 'text-end',
      id: '0',
      citations: [{ source: { type: 'source', sourceType: 'url', id: 's', url: 'https://a.b' } }],
    },
  ],
  'files of a reasoning': [
    { type: 'reasoning-file', mediaType: 'image/png', url: 'https://a.b/c' },
  ],
  'content of a provider’s own': [{ type: 'custom', kind: 'p.x', providerMetadata: META }],
  'a message that steers': [
    { type: 'steering-message', id: 'm', parts: [{ type: 'text', text: 'faster' }] },
  ],
  'an approval that nobody is asked for': [
    available,
    {
      type: 'tool-approval-request',
      ...{ toolCallId: 'c', approvalId: 'a', reason: 'why', isAutomatic: true },
    },
    { type: 'tool-approval-response', approvalId: 'a', approved: true, reason: 'safe' },
    { type: 'tool-output-available', toolCallId: 'c', output: 1 },
  ],
  'an automatic denial': [
    available,
    { type: 'tool-approval-request', toolCallId: 'c', approvalId: 'a', isAutomatic: true },
    { type: 'tool-approval-response', approvalId: 'a', approved: false },
    { type: 'tool-output-denied', toolCallId: 'c' },
  ],
  'a step that is tried again': [
    { type: 'start-step' },
    ...text('0', 'kept'),
    { type: 'finish-step' },
    { type: 'start-step' },
    ...text('0', 'gone').slice(0, 2),
    available,
    { type: 'reset-step' },
    ...text('0', 'again'),
    { type: 'finish-step' },
  ],
};

export function text(id: string, ...deltas: readonly string[]): Chunk[] {
  const pieces = deltas.map((delta) => ({ type: 'text-delta', id, delta }));
  return [{ type: 'text-start', id }, ...pieces, { type: 'text-end', id }];
}

function asReasoning(chunk: Chunk): Chunk {
  return { ...chunk, type: chunk.type.replace('text', 'reasoning') };
}

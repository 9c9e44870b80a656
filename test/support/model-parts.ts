import type { MockLanguageModelV3 } from 'ai-v6/test';

type StreamOf<Result> = Result extends { readonly stream: ReadableStream<infer P> } ? P : never;

/** A part of what a mock model of the AI SDK says. The models of version 6 and 7 say these alike. */
export type ModelPart = Exclude<
  StreamOf<Awaited<ReturnType<MockLanguageModelV3['doStream']>>>,
  { type: 'file' | 'error' }
>;

/** What a model says in one step, or an error in the middle of it. */
export type ModelStep = readonly (ModelPart | Error)[];

export function says(id: string, ...pieces: readonly string[]): ModelPart[] {
  return [
    { type: 'text-start', id },
    ...pieces.map((delta): ModelPart => ({ type: 'text-delta', id, delta })),
    { type: 'text-end', id },
  ];
}

export function thinks(id: string, ...pieces: readonly string[]): ModelPart[] {
  const providerMetadata = { mock: { signature: 'sig' } };
  return [
    { type: 'reasoning-start', id },
    ...pieces.map((delta): ModelPart => ({ type: 'reasoning-delta', id, delta })),
    { type: 'reasoning-end', id, providerMetadata },
  ];
}

/** Calls a tool, whose input comes in two pieces. */
export function calls(id: string, toolName: string, input: unknown): ModelPart[] {
  const json = JSON.stringify(input);
  return [
    ...startsCall(id, toolName, json),
    { type: 'tool-call', toolCallId: id, toolName, input: json },
  ];
}

/** The input of a call, without the call. */
export function startsCall(id: string, toolName: string, json: string): ModelPart[] {
  return [
    { type: 'tool-input-start', id, toolName },
    { type: 'tool-input-delta', id, delta: json.slice(0, 8) },
    { type: 'tool-input-delta', id, delta: json.slice(8) },
    { type: 'tool-input-end', id },
  ];
}

/** The provider of the model runs a tool. */
export function providerSearches(id: string): ModelPart[] {
  const call = { toolCallId: id, toolName: 'search' };
  return [
    { type: 'tool-call', ...call, input: '{"q":"x"}', providerExecuted: true },
    { type: 'tool-result', ...call, result: { hits: 1 } },
  ];
}

export function cites(id: string): ModelPart {
  return { type: 'source', sourceType: 'url', id, url: 'https://example.com', title: 'Example' };
}

export function stops(unified: 'stop' | 'tool-calls' = 'stop'): ModelPart {
  const inputTokens = { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined };
  const outputTokens = { total: 10, text: 10, reasoning: undefined };
  return {
    type: 'finish',
    finishReason: { unified, raw: undefined },
    usage: { inputTokens, outputTokens },
  };
}

import type { Orchestrator, TurnContext, TurnOutput } from 'conversation-store';
import * as v6 from 'ai-v6';
import { MockLanguageModelV3 } from 'ai-v6/test';
import * as v7 from 'ai-v7';
import { MockLanguageModelV4 } from 'ai-v7/test';
import type { ModelStep } from './model-parts.js';

const QUERY = {
  type: 'object' as const,
  properties: { q: { type: 'string' as const } },
  required: ['q'],
};
const PNG = 'iVBORw0KGgo=';

/** What the next turns do, and what the model has been asked. */
class AiScript {
  /** What the model says, step by step. Without a `finish`, a step goes on for ever. */
  steps: readonly ModelStep[] = [];
  /** The prompts that the model was given, as JSON. */
  prompts: string[] = [];
  /** Aborts the answer, though nobody has cancelled the turn. */
  abort: AbortSignal | undefined;

  set(...steps: readonly ModelStep[]): void {
    this.steps = steps;
    this.prompts = [];
    this.abort = undefined;
  }

  signalOf({ signal }: TurnContext): AbortSignal {
    return this.abort ? AbortSignal.any([signal, this.abort]) : signal;
  }
}

export const aiScript = new AiScript();

async function* streamOf<P>(
  step: ModelStep,
  extra: readonly P[],
  signal: AbortSignal | undefined,
): AsyncGenerator {
  yield* extra;
  for (const part of step) yield part instanceof Error ? { type: 'error', error: part } : part;
  const last = step.at(-1);
  if (last instanceof Error || last?.type === 'finish') return;
  await new Promise((_, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason as Error)),
  );
}

async function* search({ q }: { q: string }): AsyncGenerator {
  yield { state: 'searching' };
  yield { state: 'found', hits: [`about ${q}`] };
}

function fail(): Promise<never> {
  return Promise.reject(new Error('The weather is away.'));
}

/** One `yield*` of version 6 of the AI SDK is the whole orchestrator. */
export class Ai6Orchestrator implements Orchestrator {
  async *answer(turn: TurnContext): AsyncIterable<TurnOutput> {
    yield* v6
      .streamText({
        model: model6(),
        messages: await v6.convertToModelMessages(turn.messages),
        tools: tools6,
        stopWhen: v6.stepCountIs(5),
        abortSignal: aiScript.signalOf(turn),
        onError: () => undefined,
      })
      .toUIMessageStream({
        sendSources: true,
        messageMetadata: ({ part }) =>
          part.type === 'finish' ? { tokens: part.totalUsage.totalTokens } : { model: 'mock' },
        onError: (error) => `the secret reason: ${String(error)}`,
      });
  }
}

/** The same with version 7. */
export class Ai7Orchestrator implements Orchestrator {
  async *answer(turn: TurnContext): AsyncIterable<TurnOutput> {
    const { stream } = v7.streamText({
      model: model7(),
      messages: await v7.convertToModelMessages(turn.messages),
      tools: tools7,
      toolApproval: { remove: 'user-approval', search: 'approved' },
      stopWhen: v7.isStepCount(5),
      abortSignal: aiScript.signalOf(turn),
      onError: () => undefined,
    });
    yield* v7.toUIMessageStream({
      stream,
      tools: tools7,
      sendSources: true,
      messageMetadata: ({ part }) =>
        part.type === 'finish' ? { tokens: part.totalUsage.totalTokens } : { model: 'mock' },
      onError: (error) => `the secret reason: ${String(error)}`,
    });
  }
}

/** Outputs of our own, and what a writer of version 6 writes, around the stream of a model. */
export class Mixed6Orchestrator implements Orchestrator {
  async *answer({ history, userMessage }: TurnContext): AsyncIterable<TurnOutput> {
    yield 'Our own words. ';
    yield { type: 'state', value: { seen: history.length } };
    const messages = await v6.convertToModelMessages([...history, userMessage]);
    yield* v6.createUIMessageStream({
      execute({ writer }) {
        writer.write({ type: 'data-progress', id: 'p', data: 1 });
        writer.write({ type: 'data-note', data: 'psst', transient: true });
        writer.merge(v6.streamText({ model: model6(), messages }).toUIMessageStream());
        writer.write({ type: 'data-progress', id: 'p', data: 2 });
      },
    });
    yield { type: 'part', part: { type: 'data-end', data: 1 } };
    yield { type: 'text-delta', text: 'That is all.' };
  }
}

/** The same with version 7. */
export class Mixed7Orchestrator implements Orchestrator {
  async *answer({ history, userMessage }: TurnContext): AsyncIterable<TurnOutput> {
    yield 'Our own words. ';
    yield { type: 'state', value: { seen: history.length } };
    const messages = await v7.convertToModelMessages([...history, userMessage]);
    yield* v7.createUIMessageStream({
      execute({ writer }) {
        writer.write({ type: 'data-progress', id: 'p', data: 1 });
        writer.write({ type: 'data-note', data: 'psst', transient: true });
        writer.merge(streamOfResult(v7.streamText({ model: model7(), messages })));
        writer.write({ type: 'data-progress', id: 'p', data: 2 });
      },
    });
    yield { type: 'part', part: { type: 'data-end', data: 1 } };
    yield { type: 'text-delta', text: 'That is all.' };
  }
}

/** The method of a result, which version 7 has for one more version. */
function streamOfResult<S>(result: { toUIMessageStream(): S }): S {
  return result.toUIMessageStream();
}

function model6(): MockLanguageModelV3 {
  let step = 0;
  return new MockLanguageModelV3({
    doStream: ({ prompt, abortSignal }) => {
      aiScript.prompts.push(JSON.stringify(prompt));
      const file = { type: 'file', mediaType: 'image/png', data: PNG };
      const parts = streamOf(aiScript.steps[step++] ?? [], step === 1 ? [file] : [], abortSignal);
      return Promise.resolve({ stream: ReadableStream.from(parts) as ReadableStream<never> });
    },
  });
}

function model7(): MockLanguageModelV4 {
  let step = 0;
  return new MockLanguageModelV4({
    doStream: ({ prompt, abortSignal }) => {
      aiScript.prompts.push(JSON.stringify(prompt));
      const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PNG } };
      const parts = streamOf(aiScript.steps[step++] ?? [], step === 1 ? [file] : [], abortSignal);
      return Promise.resolve({ stream: ReadableStream.from(parts) as ReadableStream<never> });
    },
  });
}

const tools6 = {
  search: v6.tool({ inputSchema: v6.jsonSchema<{ q: string }>(QUERY), execute: search }),
  weather: v6.dynamicTool({ inputSchema: v6.jsonSchema(QUERY), execute: fail }),
  strict: v6.tool({
    inputSchema: v6.jsonSchema<{ q: string }>(QUERY, { validate: () => invalid() }),
    execute: search,
  }),
  remove: v6.tool({
    inputSchema: v6.jsonSchema<{ q: string }>(QUERY),
    needsApproval: true,
    execute: search,
  }),
  locate: v6.tool({
    inputSchema: v6.jsonSchema<{ q: string }>(QUERY),
    outputSchema: v6.jsonSchema<string>({}),
  }),
};

const tools7 = {
  search: v7.tool({ inputSchema: v7.jsonSchema<{ q: string }>(QUERY), execute: search }),
  weather: v7.dynamicTool({ inputSchema: v7.jsonSchema(QUERY), execute: fail }),
  strict: v7.tool({
    inputSchema: v7.jsonSchema<{ q: string }>(QUERY, { validate: () => invalid() }),
    execute: search,
  }),
  remove: v7.tool({ inputSchema: v7.jsonSchema<{ q: string }>(QUERY), execute: search }),
  locate: v7.tool({
    inputSchema: v7.jsonSchema<{ q: string }>(QUERY),
    outputSchema: v7.jsonSchema<string>({}),
  }),
};

function invalid(): { success: false; error: Error } {
  return { success: false, error: new Error('not so') };
}

import type { Orchestrator, TurnContext, TurnOutput } from 'conversation-store';
import {
  convertToModelMessages,
  jsonSchema,
  simulateReadableStream,
  stepCountIs,
  type ToolSet,
  streamText,
  tool,
} from 'ai-v6';
import { MockLanguageModelV3 } from 'ai-v6/test';

type Prompt = Parameters<MockLanguageModelV3['doStream']>[0]['prompt'];
type ModelStream = Awaited<ReturnType<MockLanguageModelV3['doStream']>>['stream'];
type ModelPart = ModelStream extends ReadableStream<infer Each> ? Each : never;

/** The prompts that the model was given, in order. */
export const prompts: Prompt[] = [];

const NO_INPUT = jsonSchema<never>({ type: 'object' });

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

/**
 * Calls the tool that the user's text names: `locate` is a tool of the client, `pay` one of the server that needs an
 * approval. With its result, the model says what it was.
 */
const model = new MockLanguageModelV3({
  doStream: async ({ prompt }) => {
    prompts.push(prompt);
    const last = prompt.at(-1);
    const text = JSON.stringify(last?.content);
    const name = ['locate', 'pay'].find((known) => last?.role === 'user' && text.includes(known));
    const chunks: ModelPart[] = name
      ? [{ type: 'tool-call', toolCallId: `call-${prompts.length}`, toolName: name, input: '{}' }]
      : [
          { type: 'text-start', id: '0' },
          { type: 'text-delta', id: '0', delta: `After ${text}` },
          { type: 'text-end', id: '0' },
        ];
    const reason = name ? 'tool-calls' : 'stop';
    chunks.push({ type: 'finish', usage: USAGE, finishReason: { unified: reason, raw: reason } });
    return { stream: simulateReadableStream({ chunks, initialDelayInMs: 0, chunkDelayInMs: 0 }) };
  },
});

/** The AI SDK with tools, and nothing around it. */
export class ToolOrchestrator implements Orchestrator {
  async *answer({ messages, signal }: TurnContext): AsyncIterable<TurnOutput> {
    // With `exactOptionalPropertyTypes`, a tool without `execute` is none to the types of the AI SDK.
    const tools = {
      locate: tool({ inputSchema: NO_INPUT }),
      pay: tool({
        inputSchema: NO_INPUT,
        needsApproval: true,
        execute: async () => ({ paid: true }),
      }),
    } as ToolSet;
    const result = streamText({
      model,
      tools,
      messages: await convertToModelMessages(messages, { tools }),
      stopWhen: stepCountIs(3),
      abortSignal: signal,
    });
    yield* result.toUIMessageStream({ originalMessages: messages });
  }
}

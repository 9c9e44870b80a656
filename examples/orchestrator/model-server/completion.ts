import { randomUUID } from 'node:crypto';
import type { Reply } from './prompt.js';

type FinishReason = 'stop' | 'tool_calls';

/** A reply in the shapes of the chat completions API. */
export class Completion {
  private readonly head: object;

  constructor(
    model: string,
    private readonly reply: Reply,
  ) {
    this.head = { id: 'chatcmpl-example', created: Math.floor(Date.now() / 1000), model };
  }

  get finishReason(): FinishReason {
    return this.reply.call ? 'tool_calls' : 'stop';
  }

  /** The reply word by word, and the call of a tool at once. */
  *deltas(): Generator<{ readonly word: string; readonly delta: object }> {
    const { reasoning = '', text = '', call } = this.reply;
    const role = 'assistant';
    for (const word of wordsOf(reasoning)) yield { word, delta: { role, reasoning_content: word } };
    for (const word of wordsOf(text)) yield { word, delta: { role, content: word } };
    if (call) {
      yield { word: call.name, delta: { role, tool_calls: [{ index: 0, ...this.call() }] } };
    }
  }

  chunk(delta: object, finishReason: FinishReason | null): object {
    const choice = { index: 0, delta, finish_reason: finishReason };
    return { ...this.head, object: 'chat.completion.chunk', choices: [choice] };
  }

  whole(): object {
    const { reasoning, text = null, call } = this.reply;
    const message = {
      role: 'assistant',
      content: text,
      ...(reasoning !== undefined && { reasoning_content: reasoning }),
      ...(call && { tool_calls: [this.call()] }),
    };
    const choice = { index: 0, message, finish_reason: this.finishReason };
    return { ...this.head, object: 'chat.completion', choices: [choice] };
  }

  private call(): object {
    const { name, input } = this.reply.call ?? {};
    return {
      id: `call-${randomUUID()}`,
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    };
  }
}

function wordsOf(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}

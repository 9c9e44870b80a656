import { Inject, Injectable } from '@nestjs/common';
import { convertToModelMessages, stepCountIs, streamText, type LanguageModel } from 'ai';
import type { Orchestrator, TurnContext, TurnMessage, TurnOutput } from 'conversation-store';
import { LANGUAGE_MODEL } from '../orchestrator/assistant/language-model.js';
import { readNotes, systemPrompt, updateNotes } from '../orchestrator/assistant/notes.js';
import { tools } from './tools.js';

/** The calls of tools and the answers after them that a turn has at most. */
const MAX_STEPS = 5;

/** The assistant of docs/orchestrator.md, with tools. */
@Injectable()
export class DemoAssistant implements Orchestrator {
  constructor(@Inject(LANGUAGE_MODEL) private readonly model: LanguageModel) {}

  async *answer(turn: TurnContext): AsyncIterable<TurnOutput> {
    const notes = readNotes(turn.state.value);
    // A message that goes on was counted when its turn began.
    const next = turn.continued ? notes : updateNotes(notes, textOf(turn.userMessage));
    yield { type: 'state', value: { ...next } };
    const messages = turn.messages.map(withLinks);
    yield* streamText({
      model: this.model,
      system: systemPrompt(next),
      messages: await convertToModelMessages(messages, { tools, ignoreIncompleteToolCalls: true }),
      tools,
      stopWhen: stepCountIs(MAX_STEPS),
      abortSignal: turn.signal,
      maxRetries: 1,
    }).toUIMessageStream({ originalMessages: turn.messages });
  }
}

/** The model of the demo reads text: it gets the address of a file in place of the file. */
function withLinks(message: TurnMessage): TurnMessage {
  const parts = message.parts.map((part): TurnMessage['parts'][number] =>
    part.type === 'file' ? { type: 'text', text: `(the file ${part.url})` } : part,
  );
  return { ...message, parts };
}

function textOf({ parts }: TurnMessage): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

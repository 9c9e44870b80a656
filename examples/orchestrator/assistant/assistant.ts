import { Inject, Injectable } from '@nestjs/common';
import { convertToModelMessages, streamText, type LanguageModel } from 'ai';
import type { Orchestrator, TurnContext, TurnMessage, TurnOutput } from 'conversation-store';
import { LANGUAGE_MODEL } from './language-model.js';
import { readNotes, systemPrompt, updateNotes } from './notes.js';

/** Answers with a language model. The model gets the last messages and the notes. */
@Injectable()
export class Assistant implements Orchestrator {
  constructor(@Inject(LANGUAGE_MODEL) private readonly model: LanguageModel) {}

  async *answer(turn: TurnContext): AsyncIterable<TurnOutput> {
    const notes = updateNotes(readNotes(turn.state.value), textOf(turn.userMessage));
    // Before the reply: these notes stay correct if the reply fails.
    yield { type: 'state', value: { ...notes } };
    yield* streamText({
      model: this.model,
      system: systemPrompt(notes),
      messages: await convertToModelMessages(turn.messages, { ignoreIncompleteToolCalls: true }),
      abortSignal: turn.signal,
      maxRetries: 1,
    }).toUIMessageStream();
  }
}

function textOf({ parts }: TurnMessage): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

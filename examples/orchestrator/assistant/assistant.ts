import { Injectable } from '@nestjs/common';
import type { Message, Orchestrator, TurnContext, TurnOutput } from 'conversation-store';
import { ChatModel, type ChatMessage } from './chat-model.js';
import { readNotes, systemPrompt, updateNotes } from './notes.js';

/** Answers with a language model. The model gets the last messages and the notes. */
@Injectable()
export class Assistant implements Orchestrator {
  constructor(private readonly model: ChatModel) {}

  async *answer({ history, userMessage, state, signal }: TurnContext): AsyncIterable<TurnOutput> {
    const notes = updateNotes(readNotes(state.value), textOf(userMessage));
    // Before the reply: these notes stay correct if the reply fails.
    yield { type: 'state', value: { ...notes } };
    const messages = [...history, userMessage].map(toChatMessage);
    yield* this.model.reply(
      [{ role: 'system', content: systemPrompt(notes) }, ...messages],
      signal,
    );
  }
}

/** The model gets messages of a tool or of the system as messages of the assistant. */
function toChatMessage(message: Message): ChatMessage {
  return { role: message.role === 'user' ? 'user' : 'assistant', content: textOf(message) };
}

function textOf({ parts }: Message): string {
  return parts.map(({ type, text }) => (type === 'text' ? String(text) : '')).join('');
}

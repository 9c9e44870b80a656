import { Injectable } from '@nestjs/common';
import type { Message, Orchestrator, TurnContext, TurnOutput } from 'conversation-store';
import { ChatModel, type ChatMessage } from './chat-model.js';
import { hear, readNotes, systemPrompt } from './notes.js';

/** Answers with a language model, which sees the last messages and what the notes say. */
@Injectable()
export class Assistant implements Orchestrator {
  constructor(private readonly model: ChatModel) {}

  async *answer({ history, userMessage, state, signal }: TurnContext): AsyncIterable<TurnOutput> {
    const notes = hear(readNotes(state.value), textOf(userMessage));
    // First, so that it is kept whatever becomes of the reply.
    yield { type: 'state', value: { ...notes } };
    const messages = [...history, userMessage].map(toChatMessage);
    yield* this.model.reply(
      [{ role: 'system', content: systemPrompt(notes) }, ...messages],
      signal,
    );
  }
}

/** Whoever else spoke, a tool or the system, is quoted as the assistant. */
function toChatMessage(message: Message): ChatMessage {
  return { role: message.role === 'user' ? 'user' : 'assistant', content: textOf(message) };
}

function textOf({ parts }: Message): string {
  return parts.map(({ type, text }) => (type === 'text' ? String(text) : '')).join('');
}

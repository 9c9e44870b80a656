import type { JsonValue } from 'conversation-store';

/** What the assistant remembers of a conversation: the working state that it stores between turns. */
export interface Notes {
  /** How many messages the user has written. */
  readonly messageCount: number;
  /** The name that the user gave. */
  readonly name?: string;
}

const EMPTY: Notes = { messageCount: 0 };

/** The state of a conversation is `null` before its first turn. */
export function readNotes(state: JsonValue): Notes {
  return state === null ? EMPTY : (state as unknown as Notes);
}

/** The notes after a message of the user. */
export function updateNotes(notes: Notes, text: string): Notes {
  const name = /\bmy name is (\p{L}[\p{L}'-]*)/iu.exec(text)?.[1] ?? notes.name;
  return { messageCount: notes.messageCount + 1, ...(name !== undefined && { name }) };
}

export function systemPrompt({ messageCount, name }: Notes): string {
  return [
    'You are a friendly assistant. Answer briefly.',
    `This is message number ${messageCount} of the user's.`,
    ...(name === undefined ? [] : [`The user's name is ${name}.`]),
  ].join('\n');
}

import type { JsonValue } from 'conversation-store';

/** What the assistant remembers of a conversation: its working state, kept between the turns. */
export interface Notes {
  /** Messages that the user has written. */
  readonly heard: number;
  /** As the user gave it. */
  readonly name?: string;
}

const NOTHING: Notes = { heard: 0 };

/** Of a conversation without a turn so far, the state is `null`. */
export function readNotes(state: JsonValue): Notes {
  return state === null ? NOTHING : (state as unknown as Notes);
}

/** The notes, once the user has said this. */
export function hear(notes: Notes, text: string): Notes {
  const name = /\bmy name is (\p{L}[\p{L}'-]*)/iu.exec(text)?.[1] ?? notes.name;
  return { heard: notes.heard + 1, ...(name !== undefined && { name }) };
}

export function systemPrompt({ heard, name }: Notes): string {
  return [
    'You are a friendly assistant. Answer briefly.',
    `This is message number ${heard} of the user's.`,
    ...(name === undefined ? [] : [`The user's name is ${name}.`]),
  ].join('\n');
}

import type {
  AppendOptions,
  ConversationStore,
  Message,
  MessageRange,
  NewMessage,
  Owner,
} from 'conversation-store';
import { aConversation, texts } from './workbench.js';

/** A conversation with so many messages that follow each other. */
export async function withMessages(
  store: ConversationStore,
  owner: Owner,
  count: number,
): Promise<string> {
  const contents = Array.from({ length: count }, (_, i) => `message ${i + 1}`);
  const draft = aConversation({ messages: texts(...contents) });
  await store.create(owner, draft);
  return draft.id;
}

/** Appends so many messages. */
export function append(
  store: ConversationStore,
  owner: Owner,
  id: string,
  count: number,
  options: AppendOptions = {},
): ReturnType<ConversationStore['append']> {
  return store.append(owner, id, texts(...Array<string>(count).fill('more')), options);
}

export function text(content = 'question'): NewMessage {
  return texts(content)[0] as NewMessage;
}

/** What a message tells of branches. */
export function placeOf({ seq, parentSeq, siblings }: Message): unknown[] {
  return [seq, parentSeq, siblings];
}

export async function seqsOf(
  store: ConversationStore,
  owner: Owner,
  id: string,
  range: MessageRange,
): Promise<number[]> {
  const { messages } = await store.read(owner, id, range);
  return messages.map(({ seq }) => seq);
}

import type { UIMessage } from 'ai';
import type { Message } from '../model.js';

/** Where a message of a chat is stored. */
export interface StoredPlace {
  /** 1, 2, 3 … in its conversation. */
  readonly seq: number;
  /** The `seq` of the message that this one follows, 0 for none. */
  readonly parentSeq: number;
  /** The messages that follow the same message, with this one, in order: show `2/3`. Only this one when it is alone. */
  readonly siblings: readonly number[];
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** What the service and the transport say of a message, beside what your orchestrator says of it. */
export interface StoredMetadata {
  /** The turn of a reply. */
  readonly turnId?: string;
  /** The `seq` of the message that a reply answers. */
  readonly userSeq?: number;
  /** The turn was cancelled: this is what had been said by then. */
  readonly cancelled?: boolean;
  /** Absent while the message is not stored, or not known to be. */
  readonly conversationStore?: StoredPlace;
  readonly [property: string]: unknown;
}

/** A message of a chat on a stored conversation: `useChat<StoredUIMessage>()`. */
export type StoredUIMessage = UIMessage<StoredMetadata>;

/**
 * Stored messages as the messages of a chat, each with its {@link StoredPlace} as `metadata.conversationStore`. The AI SDK has
 * no role `tool`: a message that was stored with that role is given as one of the assistant.
 */
export function toUIMessages<Chat extends UIMessage = StoredUIMessage>(
  messages: readonly Message[],
): Chat[] {
  return messages.map((message) => {
    const { id, role, parts, metadata } = message;
    return {
      id,
      role: role === 'tool' ? 'assistant' : role,
      parts: [...parts],
      metadata: { ...metadata, conversationStore: toPlace(message) },
    } as unknown as Chat;
  });
}

export function toPlace({ seq, parentSeq, siblings, createdAt }: Message): StoredPlace {
  return { seq, parentSeq: parentSeq ?? seq - 1, siblings: siblings ?? [seq], createdAt };
}

/** The place that the metadata of a message has. */
export function placeIn({ metadata }: { readonly metadata?: unknown }): StoredPlace | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  return (metadata as StoredMetadata).conversationStore;
}

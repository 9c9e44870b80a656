import type { Conversation, NewConversation } from '../../domain/conversation.js';
import type { Message, NewMessage } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import type { TurnEvent, TurnStatus } from '../../domain/turn.js';
import { toMessage } from '../to-message.js';

/** What was appended, as JSON, so that nobody outside holds a reference into the store. */
export interface MemoryMessage {
  /** A `NewMessage`; its seq is its place. */
  readonly json: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A conversation as the memory driver holds it: changed in place, copied on the way out. */
export interface MemoryRecord {
  readonly owner: Owner;
  conversation: Conversation;
  readonly messages: MemoryMessage[];
  state: { json: string; version: number };
  /** The latest one. */
  turn?: MemoryTurn;
  before?: MemoryTurn;
  /** Turns in line, by id. */
  readonly waiting: Map<string, { readonly order: number; readonly deadline: number }>;
  /** Slots in line given so far. */
  tickets: number;
  /** Roughly what it holds in memory. */
  bytes: number;
}

/** A turn as the memory driver holds it, changed in place. */
export interface MemoryTurn {
  readonly id: string;
  readonly userSeq: number;
  readonly events: TurnEvent[];
  status: TurnStatus;
  /** Milliseconds since the epoch. */
  leaseUntil: number;
  cancelRequested: boolean;
  replies?: { readonly seq: number; readonly count: number };
}

/** A record of version 1, without messages yet. */
export function newRecord(
  owner: Owner,
  { id, externalId, title, metadata }: Omit<NewConversation, 'messages'>,
  now: number,
  access: Pick<Conversation, 'lastAccessedAt' | 'expiresAt'>,
): MemoryRecord {
  const conversation: Conversation = {
    id,
    tenantId: owner.tenantId,
    userId: owner.userId,
    ...(externalId !== undefined && { externalId }),
    ...(title !== undefined && { title }),
    status: 'active',
    metadata: { ...metadata },
    messageCount: 0,
    version: 1,
    createdAt: new Date(now),
    updatedAt: new Date(now),
    ...access,
  };
  const state = { json: 'null', version: 0 };
  return {
    owner,
    conversation,
    messages: [],
    state,
    waiting: new Map(),
    tickets: 0,
    bytes: bytesOf(conversation),
  };
}

/** What a conversation without its messages takes, in bytes, roughly. */
export function bytesOf(conversation: Conversation): number {
  return 512 + JSON.stringify(conversation).length;
}

/** Messages from place `start` on, up to `end`, with their seqs. */
export function readMessages(
  messages: readonly MemoryMessage[],
  start: number,
  end?: number,
): Message[] {
  return messages.slice(start, end).map(({ json, createdAt }, i) =>
    toMessage(JSON.parse(json) as NewMessage, {
      seq: start + i + 1,
      createdAt: new Date(createdAt),
    }),
  );
}

/** Nobody outside holds a reference into the store. */
export function copy(conversation: Conversation): Conversation {
  return { ...conversation, metadata: { ...conversation.metadata } };
}

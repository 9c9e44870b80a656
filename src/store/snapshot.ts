import type { ConversationStatus } from '../domain/conversation.js';
import type { Owner } from '../domain/owner.js';

/** A working state as both tiers store it: its JSON, and its own version. */
export interface StoredState {
  readonly text: string;
  readonly version: number;
}

/** An idempotency record, under the key that the client chose. */
export interface StoredRecord {
  readonly key: string;
  readonly record: string;
}

/** What both tiers store of a conversation besides its messages and its working state. Times are in milliseconds. */
interface StoredHead {
  /** Raised by every mutation, also by one that makes no new version. */
  readonly revision: number;
  readonly status: ConversationStatus;
  readonly title?: string;
  readonly externalId?: string;
  /** Of a fork; as fork-origin.codec.ts encodes it. */
  readonly forkedFrom?: string;
  /** JSON; `{}` for none. */
  readonly metadata: string;
  readonly version: number;
  readonly messageCount: number;
  /** The last message of the active branch; absent while that is the last one, and there are no branches. */
  readonly leafSeq?: number | undefined;
  /** As a `MessageTree` has them; '' for none. */
  readonly branches: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastAccessedAt: number;
}

/** Messages of a conversation up to its last one, each an element as message.codec.ts encodes it. */
interface StoredMessages {
  /** The seq of the first element; one more than `messageCount` when there are none. */
  readonly firstSeq: number;
  readonly elements: readonly string[];
}

/** What Redis has of a conversation and PostgreSQL does not have yet. */
export interface Snapshot extends StoredHead, StoredMessages {
  readonly owner: Owner;
  readonly id: string;
  readonly partition: number;
  /** Absent when PostgreSQL has this version of it, or when there is none. */
  readonly state?: StoredState;
  readonly records: readonly StoredRecord[];
}

/** What PostgreSQL has of a conversation: its last messages alone. */
export interface LoadedRecord extends StoredHead, StoredMessages {
  readonly state?: StoredState;
}

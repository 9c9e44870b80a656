import { LRUCache } from 'lru-cache';
import { hasExpired } from '../../domain/access.js';
import type { Owner } from '../../domain/owner.js';
import type { MemoryConversation } from './memory.conversation.js';
import { ownerKey } from '../../domain/owner-key.js';

export interface ConversationLruOptions {
  readonly maxBytes: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Called when a conversation that has not expired is evicted. */
  readonly onEvict: (conversation: MemoryConversation) => void;
}

/**
 * All conversations, bounded in bytes: over the bound the least recently used is evicted, whole. An
 * index by owner lets a list read no conversation of another owner.
 */
export class ConversationLru {
  /** Each change puts the conversation in a new entry: lru-cache measures only values that are new to it. */
  private readonly entries: LRUCache<string, { readonly conversation: MemoryConversation }>;
  private readonly byOwner = new Map<string, Map<string, MemoryConversation>>();

  constructor(private readonly options: ConversationLruOptions) {
    this.entries = new LRUCache({
      maxSize: options.maxBytes,
      // lru-cache refuses an entry over the bound. A single conversation over the bound is retained:
      // messages that were acknowledged go only to make room for others.
      sizeCalculation: ({ conversation }) => Math.min(conversation.bytes, options.maxBytes),
      dispose: ({ conversation }, _key, reason) => {
        if (reason === 'set') return;
        this.removeFromIndex(conversation);
        if (reason === 'evict' && this.isStored(conversation)) options.onEvict(conversation);
      },
    });
  }

  /** Finds a conversation that has not expired, and marks it as recently used. */
  find(owner: Owner, id: string): MemoryConversation | undefined {
    const conversation = this.byOwner.get(ownerKey(owner))?.get(id);
    if (!conversation) return undefined;
    if (!this.isStored(conversation)) {
      this.delete(conversation);
      return undefined;
    }
    this.entries.get(keyOf(conversation));
    return conversation;
  }

  /** Stores a new conversation, or measures one that has changed. */
  set(conversation: MemoryConversation): void {
    const key = ownerKey(conversation.owner);
    const own = this.byOwner.get(key) ?? new Map<string, MemoryConversation>();
    this.byOwner.set(key, own.set(conversation.id, conversation));
    this.entries.set(keyOf(conversation), { conversation });
  }

  delete(conversation: MemoryConversation): void {
    this.entries.delete(keyOf(conversation));
  }

  /** The conversations of an owner that have not expired. */
  ownedBy(owner: Owner): MemoryConversation[] {
    const own = [...(this.byOwner.get(ownerKey(owner))?.values() ?? [])];
    for (const conversation of own) {
      if (!this.isStored(conversation)) this.delete(conversation);
    }
    return own.filter((conversation) => this.isStored(conversation));
  }

  clear(): void {
    this.entries.clear();
  }

  private isStored(conversation: MemoryConversation): boolean {
    return !hasExpired(conversation, this.options.clock());
  }

  private removeFromIndex({ owner, id }: MemoryConversation): void {
    const key = ownerKey(owner);
    const own = this.byOwner.get(key);
    own?.delete(id);
    if (own?.size === 0) this.byOwner.delete(key);
  }
}

function keyOf({ owner, id }: MemoryConversation): string {
  return ownerKey(owner) + id;
}

import { LRUCache } from 'lru-cache';
import type { Owner } from '../../domain/owner.js';
import type { MemoryRecord } from './memory.record.js';

export interface MemoryRecordsOptions {
  readonly maxBytes: number;
  readonly clock: () => number;
  readonly onEvict: (record: MemoryRecord) => void;
}

/**
 * All records, bounded in bytes: over the bound the least recently used goes, whole. An index by
 * owner keeps a list from looking at anybody else's.
 */
export class MemoryRecords {
  /** In a new box with every change: lru-cache measures a value that it does not know yet. */
  private readonly boxes: LRUCache<string, { readonly record: MemoryRecord }>;
  private readonly byOwner = new Map<string, Map<string, MemoryRecord>>();

  constructor(private readonly options: MemoryRecordsOptions) {
    this.boxes = new LRUCache({
      maxSize: options.maxBytes,
      // A single conversation over the bound is kept all the same: messages that were acknowledged
      // go only to make room for others.
      sizeCalculation: ({ record }) => Math.min(record.bytes, options.maxBytes),
      dispose: ({ record }, _key, reason) => {
        if (reason === 'set') return;
        this.unlist(record);
        if (reason === 'evict' && this.isAlive(record)) options.onEvict(record);
      },
    });
  }

  find(owner: Owner, id: string): MemoryRecord | undefined {
    const record = this.byOwner.get(ownerKey(owner))?.get(id);
    if (!record) return undefined;
    if (!this.isAlive(record)) {
      this.remove(record);
      return undefined;
    }
    this.boxes.get(recordKey(record)); // marks it as recently used
    return record;
  }

  /** Keeps a new record, or accounts for a change of one. */
  keep(record: MemoryRecord): void {
    const key = ownerKey(record.owner);
    const own = this.byOwner.get(key) ?? new Map<string, MemoryRecord>();
    this.byOwner.set(key, own.set(record.conversation.id, record));
    this.boxes.set(recordKey(record), { record });
  }

  remove(record: MemoryRecord): void {
    this.boxes.delete(recordKey(record));
  }

  ownedBy(owner: Owner): MemoryRecord[] {
    const own = [...(this.byOwner.get(ownerKey(owner))?.values() ?? [])];
    const [alive, dead] = [own.filter((r) => this.isAlive(r)), own.filter((r) => !this.isAlive(r))];
    for (const record of dead) this.remove(record);
    return alive;
  }

  clear(): void {
    this.boxes.clear();
  }

  private isAlive({ conversation }: MemoryRecord): boolean {
    return conversation.expiresAt.getTime() >= this.options.clock();
  }

  private unlist({ owner, conversation }: MemoryRecord): void {
    const key = ownerKey(owner);
    const own = this.byOwner.get(key);
    own?.delete(conversation.id);
    if (own?.size === 0) this.byOwner.delete(key);
  }
}

/** JSON keeps the two apart whatever characters they hold. */
export function ownerKey({ tenantId, userId }: Owner): string {
  return JSON.stringify([tenantId, userId]);
}

function recordKey({ owner, conversation }: MemoryRecord): string {
  return `${ownerKey(owner)}${conversation.id}`;
}

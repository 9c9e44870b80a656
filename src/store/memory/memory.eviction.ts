import { hasExpired } from '../../domain/access.js';
import type { MemoryConversation } from './memory.conversation.js';
import type { MemoryHoldings } from './memory.holdings.js';
import type { HeldConversation, MemoryOwner, MemoryTenant } from './memory.owner.js';

export interface EvictionOptions {
  /** Bytes of everything that the store holds. */
  readonly maxBytes: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Called when a living conversation is evicted. */
  readonly onEvict: (conversation: MemoryConversation) => void;
}

/**
 * Brings the store back within its bytes after a write. Who writes evicts its own first: while the
 * writing owner, and its tenant, hold more than an equal share, the owner loses what it used least
 * recently. Apart from that, the largest owner of the largest tenant does. So an owner that holds no
 * more than an equal share loses nothing to others.
 *
 * Conversations and idempotency records go in one order. A record goes before its conversation does,
 * because the conversation was used when the record was written, or later. A conversation loses the
 * events of its turns first. The conversation that was written goes last; if nobody else holds
 * anything, it is retained over the bound, without its events.
 */
export class MemoryEviction {
  constructor(
    private readonly holdings: MemoryHoldings,
    private readonly options: EvictionOptions,
  ) {}

  /** @param written the conversation that the write has changed */
  evict(written: HeldConversation): void {
    const { maxBytes } = this.options;
    for (;;) {
      const excess = this.holdings.bytes - maxBytes;
      if (excess <= 0) return;
      const victim = this.victimFor(written);
      if (!victim || !this.shrink(victim, excess, written)) return;
    }
  }

  private victimFor(written: HeldConversation): MemoryOwner | undefined {
    const { holder: writer } = written;
    const { tenant } = writer;
    const { bySize } = this.holdings;
    const hasMore = writer.byUse.first !== written;
    const tenantHasMore = hasMore || tenant.owners.size > 1;
    const isOwn = tenantHasMore && bySize.isOverShare(tenant);
    const victimTenant: MemoryTenant | undefined = isOwn ? tenant : bySize.largest;
    if (victimTenant === tenant && hasMore && tenant.bySize.isOverShare(writer)) return writer;
    return victimTenant?.bySize.largest;
  }

  /** @returns whether the owner holds less than before */
  private shrink(victim: MemoryOwner, excess: number, written: HeldConversation): boolean {
    const item = victim.byUse.first;
    if (!item) return false;
    if (item.kind === 'conversations') {
      const { conversation } = item;
      if (conversation.trimEvents(excess)) {
        this.holdings.charge(item);
        return true;
      }
      if (item === written && victim.bytes === this.holdings.bytes) return false;
      if (!hasExpired(conversation, this.options.clock())) this.options.onEvict(conversation);
    }
    this.holdings.remove(item);
    return true;
  }
}

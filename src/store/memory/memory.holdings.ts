import { hasExpired } from '../../domain/access.js';
import type { Owner } from '../../domain/owner.js';
import { Chain } from './chain.js';
import { LargestFirst } from './largest-first.js';
import type { MemoryConversation } from './memory.conversation.js';
import { MemoryOwner, MemoryTenant, type HeldConversation, type HeldItem } from './memory.owner.js';
import { OWNER } from './memory.sizes.js';

/**
 * All that the store holds, by tenant and by owner, with its bytes. An item is charged to its owner when
 * it is put here, and again whenever it may have changed.
 */
export class MemoryHoldings {
  readonly tenants = new Map<string, MemoryTenant>();
  readonly bySize = new LargestFirst<MemoryTenant>();
  /** All items of a kind live equally long: the order in which they got their deadlines is that of the deadlines. */
  private readonly byDeadline = {
    conversations: new Chain<HeldItem>(),
    records: new Chain<HeldItem>(),
  };

  private conversationCount = 0;

  /** How many conversations there are, expired ones among them. */
  get conversations(): number {
    return this.conversationCount;
  }

  /** Roughly what everything takes in memory. */
  get bytes(): number {
    return this.bySize.bytes;
  }

  find({ tenantId, userId }: Owner): MemoryOwner | undefined {
    return this.tenants.get(tenantId)?.owners.get(userId);
  }

  /** A new owner is stored with the first item that is put here, and not before. */
  findOrMake(owner: Owner): MemoryOwner {
    const tenant = this.tenants.get(owner.tenantId) ?? new MemoryTenant(owner.tenantId);
    return tenant.owners.get(owner.userId) ?? new MemoryOwner(tenant, owner.userId);
  }

  /** Finds a living conversation, and marks it as used. */
  use(owner: Owner, id: string, now: number): HeldConversation | undefined {
    const holder = this.find(owner);
    const held = holder?.conversations.get(id);
    if (!holder || !held || hasExpired(held.conversation, now)) return undefined;
    holder.byUse.putLast(held.byUse);
    return held;
  }

  /** The living conversations of an owner. */
  livingOf(owner: Owner, now: number): MemoryConversation[] {
    const living: MemoryConversation[] = [];
    for (const { conversation } of this.find(owner)?.conversations.values() ?? []) {
      if (!hasExpired(conversation, now)) living.push(conversation);
    }
    return living;
  }

  /** Stores an item, in the place of one of its kind with its key, or charges for one that has changed. */
  put(item: HeldItem): void {
    const { holder } = item;
    const former = holder[item.kind].get(item.key);
    if (former !== item) {
      if (former) this.remove(former);
      if (holder.heapIndex < 0) this.addOwner(holder);
      if (item.kind === 'records') holder.records.set(item.key, item);
      else this.addConversation(item);
    }
    this.charge(item);
    holder.byUse.putLast(item.byUse);
    if (item.sortedDeadline === item.deadline) return;
    item.sortedDeadline = item.deadline;
    this.byDeadline[item.kind].putLast(item.byDeadline);
  }

  /** Charges the owner for what the item takes now. */
  charge(item: HeldItem): void {
    const { holder, bytes, quotaBytes } = item;
    this.grow(holder, bytes - item.chargedBytes);
    holder.quotaBytes += quotaBytes - item.chargedQuota;
    item.chargedBytes = bytes;
    item.chargedQuota = quotaBytes;
  }

  remove(item: HeldItem): void {
    const { holder, kind, key } = item;
    this.grow(holder, -item.chargedBytes);
    holder.quotaBytes -= item.chargedQuota;
    holder[kind].delete(key);
    if (kind === 'conversations') this.conversationCount--;
    holder.byUse.remove(item.byUse);
    this.byDeadline[kind].remove(item.byDeadline);
    if (!holder.byUse.first) this.removeOwner(holder);
  }

  /** Removes what has expired, of all owners. */
  prune(now: number): void {
    this.pruneChain(this.byDeadline.conversations, now);
    this.pruneChain(this.byDeadline.records, now);
  }

  /** Removes all that an owner has. */
  erase(owner: Owner): void {
    const holder = this.find(owner);
    while (holder?.byUse.first) this.remove(holder.byUse.first);
  }

  clear(): void {
    for (const { id: tenantId, owners } of this.tenants.values()) {
      for (const { userId } of owners.values()) this.erase({ tenantId, userId });
    }
  }

  private addConversation(item: HeldConversation): void {
    item.holder.conversations.set(item.key, item);
    this.conversationCount++;
  }

  private pruneChain(chain: Chain<HeldItem>, now: number): void {
    while (chain.first && chain.first.deadline < now) this.remove(chain.first);
  }

  private grow(holder: MemoryOwner, bytes: number): void {
    holder.tenant.bySize.grow(holder, bytes);
    this.bySize.grow(holder.tenant, bytes);
  }

  private addOwner(holder: MemoryOwner): void {
    const { tenant, userId } = holder;
    this.tenants.set(tenant.id, tenant);
    tenant.owners.set(userId, holder);
    this.grow(holder, OWNER);
  }

  private removeOwner(holder: MemoryOwner): void {
    const { tenant, userId } = holder;
    this.bySize.grow(tenant, -holder.bytes);
    tenant.bySize.remove(holder);
    tenant.owners.delete(userId);
    if (tenant.owners.size > 0) return;
    this.bySize.remove(tenant);
    this.tenants.delete(tenant.id);
  }
}

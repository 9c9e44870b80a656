import type { Owner } from '../../../domain/owner.js';
import type { ConversationSealing } from '../../sealing/conversation-sealing.js';
import type { Sealing } from '../../sealing/sealing.js';

export type OnCharged = (owner: Owner, addedBytes: number) => Promise<void>;

/** What a statement that replaces texts returns for an owner. */
export interface ReplacedRow {
  readonly owner: string;
  readonly replaced: number;
  /** Bytes. */
  readonly added: number;
}

/** The owners of rows, each with the keys that follow for it. */
export class ResealedOwners {
  private latest: { readonly key: string; readonly owner: Owner } | undefined;

  constructor(
    private readonly sealing: Sealing,
    private readonly onCharged: OnCharged,
  ) {}

  /** The rows of an owner lie together: its keys are derived once. */
  sealingOf(key: string, id: string): ConversationSealing {
    if (this.latest?.key !== key) this.latest = { key, owner: ownerOf(key) };
    return this.sealing.of(this.latest.owner, id);
  }

  /** @returns how many texts were replaced */
  async charge(rows: readonly ReplacedRow[]): Promise<number> {
    let count = 0;
    for (const { owner, replaced, added } of rows) {
      count += replaced;
      if (added !== 0) await this.onCharged(ownerOf(owner), added);
    }
    return count;
  }
}

/** The owner whose `ownerKey` it is. */
function ownerOf(key: string): Owner {
  const [tenantId, userId] = JSON.parse(key) as [string, string];
  return { tenantId, userId };
}

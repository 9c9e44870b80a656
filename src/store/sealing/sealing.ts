import type { IdempotencyClaim } from '../../domain/idempotency.js';
import type { Owner } from '../../domain/owner.js';
import { ConversationSealing } from './conversation-sealing.js';
import type { MasterKey } from './master-key.js';
import { OpenedTexts } from './opened-texts.js';
import { OwnerKeyring, type Keyring } from './owner-keyring.js';
import { currentForms } from './sealed-form.js';
import type { SealingOptions } from './sealing.options.js';

/**
 * Seals texts before a store gives them to a server, and opens them again. A sealed text is compressed, encrypted
 * or both. It is bound to its owner, conversation and field, and opens nowhere else. Texts that are not sealed are
 * read as they are, so that sealing can be switched on over what is stored already.
 */
export class Sealing {
  private readonly keyring: Keyring;
  private readonly opened = new OpenedTexts();
  private readonly ofOwners = new WeakMap<Owner, OwnerKeyring>();

  constructor(private readonly options: SealingOptions = {}) {
    const { sealingKey, openingKeys = [] } = options;
    const all: readonly MasterKey[] = sealingKey ? [sealingKey, ...openingKeys] : openingKeys;
    this.keyring = { sealingKey, byId: new Map(all.map((key) => [key.id, key])) };
  }

  /** Whether a page of sealed texts may become larger when they are opened. */
  get compresses(): boolean {
    return this.options.compressAbove !== undefined;
  }

  /** The forms of texts that need not be sealed anew. */
  get currentForms(): readonly string[] {
    return currentForms(this.keyring.sealingKey?.id);
  }

  /** Whether texts may be encrypted: base64 then makes them larger by a third. */
  get encrypts(): boolean {
    return this.keyring.byId.size > 0;
  }

  of(owner: Owner, conversationId: string): ConversationSealing {
    const { compressAbove = Infinity } = this.options;
    const keyring = this.keyringOf(owner);
    return new ConversationSealing(keyring, conversationId, compressAbove, this.opened);
  }

  /** The claim as a store records it: with a keyed hash, which says nothing about the request. */
  claim(owner: Owner, claim: IdempotencyClaim): IdempotencyClaim {
    return this.keyringOf(owner).claim(claim);
  }

  private keyringOf(owner: Owner): OwnerKeyring {
    let keyring = this.ofOwners.get(owner);
    if (!keyring) {
      keyring = new OwnerKeyring(this.keyring, owner);
      this.ofOwners.set(owner, keyring);
    }
    return keyring;
  }
}

/** Stores texts as they are. */
export const NO_SEALING = new Sealing();

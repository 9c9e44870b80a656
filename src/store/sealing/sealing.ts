import { createSecretKey } from 'node:crypto';
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
  private readonly compressAbove: number;
  private readonly opened = new OpenedTexts();
  private readonly ofOwners = new WeakMap<Owner, OwnerKeyring>();

  constructor({ sealingKey, openingKeys = [], compressAbove = Infinity }: SealingOptions = {}) {
    const all: readonly MasterKey[] = sealingKey ? [sealingKey, ...openingKeys] : openingKeys;
    this.compressAbove = compressAbove;
    this.keyring = {
      sealingKeyId: sealingKey?.id,
      // These are copies, which nothing prints. Who has given the secrets may wipe theirs.
      secrets: new Map(all.map(({ id, secret }) => [id, createSecretKey(secret)])),
    };
  }

  /** Whether a page of sealed texts may become larger when they are opened. */
  get compresses(): boolean {
    return this.compressAbove !== Infinity;
  }

  /** The forms of texts that need not be sealed anew. */
  get currentForms(): readonly string[] {
    return currentForms(this.keyring.sealingKeyId);
  }

  /** Whether texts may be encrypted: base64 then makes them larger by a third. */
  get encrypts(): boolean {
    return this.keyring.secrets.size > 0;
  }

  of(owner: Owner, conversationId: string): ConversationSealing {
    const keyring = this.keyringOf(owner);
    return new ConversationSealing(keyring, conversationId, this.compressAbove, this.opened);
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

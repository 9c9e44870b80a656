import type { KeyObject } from 'node:crypto';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import { OwnerKeys } from './owner-keys.js';
import { SealKeyMissingError } from './sealing.errors.js';

/** The master keys of a store. */
export interface Keyring {
  /** Undefined when texts are not encrypted. */
  readonly sealingKeyId: string | undefined;
  /** By the ids of the keys. */
  readonly secrets: ReadonlyMap<string, KeyObject>;
}

/** What follows from the master keys for one owner. Each is derived when it is first used. */
export class OwnerKeyring {
  /** Tells owners apart. */
  readonly ownerName: string;
  private readonly derived = new Map<string, OwnerKeys>();

  constructor(
    private readonly keyring: Keyring,
    private readonly owner: Owner,
  ) {
    this.ownerName = ownerKey(owner);
  }

  /** The id of the key that seals; undefined when texts are not encrypted. */
  get sealingKeyId(): string | undefined {
    return this.keyring.sealingKeyId;
  }

  /** @throws SealKeyMissingError */
  keys(id: string): OwnerKeys {
    let keys = this.derived.get(id);
    if (!keys) {
      const secret = this.keyring.secrets.get(id);
      if (!secret) throw new SealKeyMissingError(id);
      keys = new OwnerKeys(secret, this.owner);
      this.derived.set(id, keys);
    }
    return keys;
  }

  claim(claim: IdempotencyClaim): IdempotencyClaim {
    const { key, requestHash } = claim;
    const { sealingKeyId } = this;
    const others = [...this.keyring.secrets.keys()].filter((id) => id !== sealingKeyId);
    if (sealingKeyId === undefined && others.length === 0) return claim;
    const hashWith = (id: string) => this.keys(id).keyedHash(requestHash);
    return {
      key,
      requestHash: sealingKeyId === undefined ? requestHash : hashWith(sealingKeyId),
      // Only a request that is repeated needs them.
      get formerHashes() {
        return [requestHash, ...others.map(hashWith)];
      },
    };
  }
}

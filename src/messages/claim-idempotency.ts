import { hash } from 'node:crypto';
import type { WriteOptions } from '../store/conversation-store.js';

/**
 * The options of a write under an idempotency key, if the request has one. The store compares
 * requests by the hash of `request`, so `request` must not contain ids that the service made for it.
 */
export function claimIdempotency(key: string | undefined, request: unknown): WriteOptions {
  if (key === undefined) return {};
  const requestHash = hash('sha256', JSON.stringify(request), 'base64url').slice(0, 22);
  return { idempotency: { key, requestHash } };
}

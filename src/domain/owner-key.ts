import type { Owner } from './owner.js';

/** Tells owners apart, whatever characters their names hold. */
export function ownerKey({ tenantId, userId }: Owner): string {
  return JSON.stringify([tenantId, userId]);
}

import type { Owner } from '../domain/owner.js';

/** The role that may append messages of any role, not only the user's own. */
export const SERVICE_ROLE = 'Conversations.Service';

/** UTF-16 code units of a user's or a tenant's id. Both ids are part of every key in Redis. */
const MAX_IDENTIFIER_LENGTH = 256;

/** Who sends a request, as the guard of the application found out. */
export interface Caller {
  readonly owner: Owner;
  /** Whether the caller may write messages of every role: see {@link SERVICE_ROLE}. */
  readonly isService: boolean;
}

/** Whether a value can name a user or a tenant. */
export function isIdentifier(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= MAX_IDENTIFIER_LENGTH &&
    value.isWellFormed() &&
    !value.includes('\0')
  );
}

/** Whether a guard has put a usable caller into a request. Two users must never share an owner. */
export function isCaller(value: unknown): value is Caller {
  if (typeof value !== 'object' || value === null) return false;
  const { owner, isService } = value as { owner?: Partial<Owner> | null; isService?: unknown };
  return (
    typeof isService === 'boolean' &&
    typeof owner === 'object' &&
    owner !== null &&
    isIdentifier(owner.tenantId) &&
    isIdentifier(owner.userId)
  );
}

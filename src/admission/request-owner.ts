import type { FastifyRequest } from 'fastify';
import type { Owner } from '../domain/owner.js';

/** All requests whose token the service has not verified count as those of one owner. */
const UNVERIFIED = 'unverified';

/**
 * What a request costs is counted under this name. It tells owners apart: no id has a NUL in it. The name must be the same
 * before and after the body is read, so that a caller that a guard of the application finds later does not count.
 */
export function ownerOf(request: FastifyRequest): string {
  const { verifiedCaller } = request.raw as { verifiedCaller?: { readonly owner: Owner } };
  const owner = verifiedCaller?.owner;
  return owner ? `${owner.tenantId}\0${owner.userId}` : UNVERIFIED;
}

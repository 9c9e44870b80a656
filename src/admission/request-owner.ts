import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';

/** All requests whose token has not been verified count as those of one owner. */
const UNVERIFIED = 'unverified';

interface OwnerIds {
  readonly tenantId: string;
  readonly userId: string;
}

const owners = new WeakMap<IncomingMessage, OwnerIds>();

/** The token of this request has been verified: what the request costs is counted for this owner. */
export function setOwner(request: IncomingMessage, owner: OwnerIds): void {
  owners.set(request, owner);
}

/** A name that tells owners apart. */
export function ownerOf(request: FastifyRequest): string {
  const { user } = request as { user?: { owner?: OwnerIds } };
  const owner = owners.get(request.raw) ?? user?.owner;
  // No id has the character NUL in it.
  return owner ? `${owner.tenantId}\0${owner.userId}` : UNVERIFIED;
}

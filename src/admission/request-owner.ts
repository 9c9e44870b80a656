import type { FastifyRequest } from 'fastify';

/** All requests whose token has not been verified count as those of one owner. */
const UNVERIFIED = 'unverified';

interface IdentifiedCaller {
  readonly owner: { readonly tenantId: string; readonly userId: string };
}

/** What a request costs is counted under this name. It tells owners apart: no id has a NUL in it. */
export function ownerOf(request: FastifyRequest): string {
  // The first is known before the body is read. The second is set by a guard of the application.
  const { verifiedCaller } = request.raw as { verifiedCaller?: IdentifiedCaller };
  const { user } = request as { user?: Partial<IdentifiedCaller> };
  const owner = verifiedCaller?.owner ?? user?.owner;
  return owner ? `${owner.tenantId}\0${owner.userId}` : UNVERIFIED;
}

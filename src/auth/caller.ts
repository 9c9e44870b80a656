import type { Owner } from '../domain/owner.js';

/** The role that may append messages of any role, not only the user's own. */
export const SERVICE_ROLE = 'Conversations.Service';

/** Who is asking, as a verified token says. */
export interface Caller {
  readonly owner: Owner;
  readonly isService: boolean;
}

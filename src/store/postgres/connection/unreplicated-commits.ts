import type { ClientBase } from 'pg';
import { StoreUnavailableError } from '../../store.errors.js';

/** What PostgreSQL calls its wait for a standby: the text of the warning is in the language of the server. */
const WAIT = 'SyncRepWaitForLSN';

/**
 * Connections on which a wait for the synchronous standby was given up: an operator has cancelled it. The
 * commit then succeeds with a warning, and a fail-over would lose it.
 */
export class UnreplicatedCommits {
  private readonly clients = new WeakSet<ClientBase>();

  watch(client: ClientBase): void {
    client.on('notice', ({ routine }) => {
      if (routine === WAIT) this.clients.add(client);
    });
  }

  /** @throws StoreUnavailableError when the latest commit of the connection may be on the primary alone */
  assertNone(client: ClientBase): void {
    if (!this.clients.delete(client)) return;
    throw new StoreUnavailableError('PostgreSQL did not wait for its standby.', {
      mayHaveBeenApplied: true,
    });
  }
}

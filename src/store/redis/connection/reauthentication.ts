import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, type Redis } from 'ioredis';
import type { CachedToken } from '../../credentials/cached-token.js';

/** A client emits it when a token was renewed that could not be renewed before. */
export const TOKEN_RENEWED = 'tokenRenewed';

/**
 * Authenticates every open connection of a client again whenever its token is renewed: Azure closes a
 * connection whose token expires. It begins when the client is ready for the first time, and ends with the
 * client. What fails is an error of the client, and is tried again.
 */
export function reauthenticate(
  client: Redis | Cluster,
  username: string,
  token: CachedToken,
): void {
  const stopping = new AbortController();
  const connecting = new WeakSet<Redis>();
  client.once('ready', () => void run());
  client.once('end', () => stopping.abort());

  async function run(): Promise<void> {
    const { signal } = stopping;
    let sent: string | undefined;
    let hasFailed = false;
    for (;;) {
      await delay(token.renewalMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const renewed = await token.renew();
        if (hasFailed) client.emit(TOKEN_RENEWED);
        hasFailed = false;
        if (renewed === sent) continue;
        sent = renewed;
        for (const node of connectionsOf(client)) authenticate(node);
      } catch (error) {
        hasFailed = true;
        client.emit('error', error);
      }
    }
  }

  function authenticate(node: Redis): void {
    if (node.status === 'ready') {
      node.auth(username, token.valid ?? '').catch((error: unknown) => client.emit('error', error));
    } else if (node.status === 'connect' && !connecting.has(node)) {
      // It has sent the old token already. A connection that is made later sends the new one.
      connecting.add(node);
      node.once('ready', () => {
        connecting.delete(node);
        authenticate(node);
      });
    }
  }
}

function connectionsOf(client: Redis | Cluster): Redis[] {
  return client instanceof Cluster ? client.nodes() : [client];
}

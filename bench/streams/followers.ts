import { CONVERSATIONS } from '../../test/support/api-client.js';
import type { RedisServer } from '../../test/support/redis-server.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { CommandStats } from '../load/command-stats.js';
import { answer } from '../load/requests.js';
import { openStream, type OpenStream } from './stream-client.js';

/** What a turn cost Redis while clients followed it at another process than its own. */
export interface FollowedTurn {
  /** Scripts: each call of the store is one. */
  readonly scripts: number;
  /** Milliseconds of the scripts by Redis' own clock. */
  readonly ms: number;
}

/** Runs a turn of so many tokens in one process while so many clients follow it in another. */
export async function followElsewhere(
  [home, elsewhere]: readonly [ServiceProcess, ServiceProcess],
  redis: RedisServer,
  { followers, tokens }: { readonly followers: number; readonly tokens: number },
): Promise<FollowedTurn> {
  const client = home.client();
  const { token } = client;
  const { id } = await answer<{ id: string }>(client.post(CONVERSATIONS, {}));
  const path = `${CONVERSATIONS}/${id}/turns`;
  const stats = new CommandStats(redis);
  await stats.reset();
  const own = await openStream({
    port: home.port,
    method: 'POST',
    path,
    token,
    body: { message: `${tokens} tokens` },
  });
  const follow = {
    port: elsewhere.port,
    method: 'GET',
    path: String(own.headers['location']),
    token,
  } as const;
  const opened: OpenStream[] = [];
  while (opened.length < followers) {
    const some = Array.from({ length: Math.min(50, followers - opened.length) }, () =>
      openStream(follow),
    );
    opened.push(...(await Promise.all(some)));
  }
  for (const { tokens: read } of await Promise.all([own, ...opened].map(({ ended }) => ended))) {
    if (read.length !== tokens)
      throw new Error(`A follower had ${read.length} of ${tokens} tokens.`);
  }
  const { calls, microseconds } = await stats.of('evalsha');
  stats.close();
  return { scripts: calls, ms: microseconds / 1_000 };
}

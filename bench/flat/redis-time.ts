import { hash } from 'node:crypto';
import { Redis } from 'ioredis';
import { RedisServer } from '../../test/support/redis-server.js';
import { CONVERSATION_STATUSES } from '../../src/domain/conversation.js';
import type { Owner } from '../../src/domain/owner.js';
import type { ConversationStore } from '../../src/store/conversation-store.js';
import { isQuick } from '../command-line.js';
import { CommandStats } from '../load/command-stats.js';
import { pin } from '../load/pin.js';
import { median } from '../report/statistics.js';
import { concurrently, fill, newMessages, openStore, someOwners, type Filled } from './filling.js';

const CONVERSATIONS = 50;
const MESSAGES = 50;
const LISTED = 1_000;
const CALLS = isQuick ? 500 : 2_000;
const BLOCKS = 5;
/** The digest of `return 1`. */
const NOTHING = hash('sha1', 'return 1');

export interface RedisTime {
  readonly operation: string;
  /** Calls at once. */
  readonly atOnce: number;
  /** Of a call, in the median of some blocks of calls. */
  readonly microseconds: number;
}

interface Operation {
  readonly name: string;
  readonly run: (conversation: Filled) => Promise<unknown>;
}

/**
 * How long Redis works on an operation of the driver, by its own clock. Redis has a processor of its
 * own here, since that clock goes on while somebody else has the processor.
 */
export async function measureRedisTime(): Promise<RedisTime[]> {
  const redis = await RedisServer.start();
  pin(redis.pid, 1);
  pin(process.pid, 0);
  const store = await openStore(redis);
  const stats = new CommandStats(redis);
  const client = new Redis(redis.port);
  try {
    const count = CONVERSATIONS;
    const filled = await fill(store, someOwners(count), { count, messages: MESSAGES });
    const [lister] = someOwners(1) as [Owner];
    await fill(store, [lister], { count: LISTED, messages: 1 });
    const times: RedisTime[] = [];
    for (const operation of operationsOf(store, lister, client)) {
      for (const atOnce of [1, 32]) {
        const microseconds = await timeOf(operation, filled, atOnce, stats);
        times.push({ operation: operation.name, atOnce, microseconds });
      }
    }
    return times;
  } finally {
    stats.close();
    client.disconnect();
    await store.close();
    await redis.stop();
  }
}

function operationsOf(store: ConversationStore, lister: Owner, client: Redis): Operation[] {
  return [
    {
      // What Redis takes for any script: the others can be no faster.
      name: 'a script that does nothing',
      run: () => client.evalsha(NOTHING, 0).catch(() => client.eval('return 1', 0)),
    },
    {
      name: 'append one message',
      run: ({ owner, id }) => store.append(owner, id, newMessages(1)),
    },
    {
      name: 'read the last 50',
      run: ({ owner, id }) => store.read(owner, id, { limit: 50, from: 'end' }),
    },
    {
      name: `list 20 of ${LISTED.toLocaleString('en')}: two scripts`,
      run: () => store.list(lister, { limit: 20, statuses: CONVERSATION_STATUSES }),
    },
    {
      name: 'count an access',
      run: ({ owner, id }) => store.touch(owner, id),
    },
  ];
}

async function timeOf(
  { run }: Operation,
  filled: readonly Filled[],
  atOnce: number,
  stats: CommandStats,
): Promise<number> {
  const calls = Array.from({ length: CALLS }, (_, i) => filled[i % filled.length] as Filled);
  const blocks: number[] = [];
  // The first one does not count: it brings the script to Redis.
  for (let block = 0; block <= BLOCKS; block++) {
    await stats.reset();
    await concurrently(calls, run, atOnce);
    const { microseconds } = await stats.of('evalsha');
    if (block > 0) blocks.push(microseconds / CALLS);
  }
  return median(blocks);
}

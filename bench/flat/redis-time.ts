import { hash } from 'node:crypto';
import { Redis } from 'ioredis';
import { RedisServer } from '../../test/support/redis-server.js';
import { CONVERSATION_STATUSES } from '../../src/domain/conversation.js';
import type { Owner } from '../../src/domain/owner.js';
import type { NewMessage } from '../../src/domain/message.js';
import type { ConversationStore } from '../../src/store/conversation-store.js';
import { encodeMessage } from '../../src/store/codecs/message.codec.js';
import { NO_SEALING } from '../../src/store/sealing/sealing.js';
import { isQuick } from '../command-line.js';
import { CommandStats } from '../load/command-stats.js';
import { pin } from '../load/pin.js';
import { median } from '../report/statistics.js';
import {
  concurrently,
  fill,
  newMessages,
  openStore,
  someOwners,
  type Filled,
} from '../load/filling.js';

const CONVERSATIONS = 50;
const MESSAGES = 50;
const LISTED = 1_000;
const MESSAGE = encodeMessage(
  newMessages(1)[0] as NewMessage,
  NO_SEALING.of({ tenantId: '', userId: '' }, ''),
);
const CALLS = isQuick ? 500 : 2_000;
const BLOCKS = 9;

const NOTHING = 'return 1';
/** The commands of an append, without the work of the script on their replies. */
const COMMANDS_OF_AN_APPEND = `
redis.call('HMGET', KEYS[1], 'head', 'title', 'externalId', 'metadata')
redis.call('TIME')
redis.call('RPUSH', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[1], 'head', 'active 1 50 ' .. string.rep('1795000000000 ', 4))
return 1`;

export interface RedisTime {
  readonly operation: string;
  /** Calls at once. */
  readonly atOnce: number;
  /** Per call: the median of some blocks of calls. */
  readonly microseconds: number;
}

interface Operation {
  readonly name: string;
  readonly run: (conversation: Filled) => Promise<unknown>;
}

/**
 * How long Redis works on an operation of the driver, by its own clock. Redis has a processor for itself
 * here, because that clock goes on while another process has the processor.
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
    const measured = operationsOf(store, lister, client).flatMap((operation) =>
      [1, 32].map((atOnce) => ({ operation, atOnce, blocks: [] as number[] })),
    );
    // The first block does not count: it loads the scripts into Redis. The operations alternate, because
    // the speed of a machine changes.
    for (let block = 0; block <= BLOCKS; block++) {
      for (const { operation, atOnce, blocks } of measured) {
        const microseconds = await timeOf(operation, filled, atOnce, stats);
        if (block > 0) blocks.push(microseconds);
      }
    }
    return measured.map(({ operation, atOnce, blocks }) => ({
      operation: operation.name,
      atOnce,
      microseconds: median(blocks),
    }));
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
      // The time of any script. No other operation can be faster.
      name: 'a script that does nothing',
      run: () => evaluate(client, NOTHING, [], []),
    },
    {
      name: 'the five commands of an append, and nothing else',
      run: ({ id }) => {
        const keys = [`commands:${id}`, `commands:${id}:messages`, 'commands:index'];
        return evaluate(client, COMMANDS_OF_AN_APPEND, keys, [id, Date.now(), MESSAGE]);
      },
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

/** EVALSHA first, as the driver does it. */
function evaluate(
  client: Redis,
  script: string,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  return client
    .evalsha(hash('sha1', script), keys.length, ...keys, ...args)
    .catch(() => client.eval(script, keys.length, ...keys, ...args));
}

async function timeOf(
  { run }: Operation,
  filled: readonly Filled[],
  atOnce: number,
  stats: CommandStats,
): Promise<number> {
  const calls = Array.from({ length: CALLS }, (_, i) => filled[i % filled.length] as Filled);
  await stats.reset();
  await concurrently(calls, run, atOnce);
  const { microseconds } = await stats.of('evalsha');
  return microseconds / CALLS;
}

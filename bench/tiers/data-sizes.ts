import type { ServiceProcess } from '../../test/support/service-process.js';
import { CONVERSATIONS } from '../../test/support/api-client.js';
import { compare, type Compared, type Contender, type Effort } from '../load/contenders.js';
import { withoutWaiting } from '../load/pinned-postgres.js';
import { roundRobin, toBytes } from '../load/requests.js';
import { appendBytes, prepareList, readLastBytes, store, type Stored } from '../load/stored.js';
import { TEXT } from '../load/workloads.js';
import type { TierServers } from './servers.js';

const USERS = 64;
const LENGTHS = [
  // Enough conversations that the appends of a run make none much longer.
  { messages: 10, each: 10 },
  { messages: 10_000, each: 1 },
];
const LIST_LENGTHS = [20, 1_000, 10_000];
/** The owners of creates: a create waits for another one of the same owner, which counts as well. */
const CREATORS = 8;
const OWNED = [20, 10_000];

export interface SizesCompared {
  readonly appends: Compared[];
  readonly reads: Compared[];
  readonly creates: Compared[];
  readonly lists: Compared[];
}

/** Requests of the service on PostgreSQL, on little data and on much. */
export async function compareDataSizes(
  { onPostgres: service, postgres }: TierServers,
  effort: Effort,
): Promise<SizesCompared> {
  const { conversations, creators, lists } = await withoutWaiting(postgres, () => fill(service));
  const contenders = (
    stored: readonly [size: number, Stored[]][],
    of: (stored: Stored) => Buffer,
  ): Contender[] => stored.map(([size, all]) => contender(service, size, roundRobin(all.map(of))));
  return {
    appends: await compare(contenders(conversations, appendBytes), effort),
    // As many conversations of each length: the first read of a minute counts as an access, and costs more.
    reads: await compare(
      contenders(
        conversations.map(([size, all]) => [size, all.slice(0, USERS)]),
        readLastBytes(10),
      ),
      effort,
    ),
    creates: await compare(contenders(creators, createBytes), effort),
    lists: await compare(
      lists.map(([size, next]) => contender(service, size, next)),
      effort,
    ),
  };
}

async function fill(service: ServiceProcess) {
  const conversations: [number, Stored[]][] = [];
  for (const { messages, each } of LENGTHS) {
    conversations.push([messages, await store(service, { users: USERS, each, messages })]);
  }
  const creators: [number, Stored[]][] = [];
  for (const each of OWNED) {
    const stored = await store(service, { users: CREATORS, each, messages: 1 });
    creators.push([each, stored.slice(0, CREATORS)]);
  }
  const lists: [number, () => Buffer][] = [];
  for (const count of LIST_LENGTHS) lists.push([count, await prepareList(service, count)]);
  return { conversations, creators, lists };
}

function contender(service: ServiceProcess, size: number, next: () => Buffer): Contender {
  return { name: [size.toLocaleString('en')], service, next };
}

function createBytes({ client }: Stored): Buffer {
  return toBytes(client, 'POST', CONVERSATIONS, { messages: [{ content: TEXT }] });
}

import { countedLoop } from '../load/load.js';
import { roundRobin } from '../load/requests.js';
import { readLastBytes, store } from '../load/stored.js';
import { median } from '../report/statistics.js';
import { PARTITIONS } from '../../src/store/redis/partitions.js';
import type { OwnTiers } from './own-tiers.js';
import type { TieredServers } from './servers.js';
import { untilSaved } from './unsaved.js';

const USERS = 100;
const MESSAGES = 50;

export interface ColdReads {
  readonly clients: number;
  readonly hotMs: number;
  readonly coldMs: number;
  /** The median of the ratios of the rounds. */
  readonly times: number;
}

/** Reads of conversations that have left Redis, each followed by a read of what came back. */
export async function compareColdReads(
  { onTiers, own }: TieredServers,
  { rounds, clients }: { readonly rounds: number; readonly clients: readonly number[] },
): Promise<ColdReads[]> {
  const stored = await store(onTiers, { users: USERS, each: 1, messages: MESSAGES });
  const load = { port: onTiers.port, next: roundRobin(stored.map(readLastBytes(MESSAGES))) };
  const measured: ColdReads[] = [];
  for (const count of clients) {
    const figures: { cold: number; hot: number }[] = [];
    for (let round = 0; round <= rounds; round++) {
      await cool(own);
      const once = { clients: count, count: USERS };
      const cold = median((await countedLoop(load, once)).answers.map(({ ms }) => ms));
      const hot = median((await countedLoop(load, once)).answers.map(({ ms }) => ms));
      if (round > 0) figures.push({ cold, hot });
    }
    measured.push({
      clients: count,
      hotMs: median(figures.map(({ hot }) => hot)),
      coldMs: median(figures.map(({ cold }) => cold)),
      times: median(figures.map(({ cold, hot }) => cold / hot)),
    });
  }
  return measured;
}

/** Takes everything out of Redis, as its deadline would do. */
async function cool(own: OwnTiers): Promise<void> {
  await untilSaved(own);
  const { hot } = own.tiers.tier;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for await (const batch of hot.ofPartition(partition)) {
      await Promise.all(batch.map(({ owner, id }) => hot.drop(owner, id, { onlyClean: true })));
    }
  }
}

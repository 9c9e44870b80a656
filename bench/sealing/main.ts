import { amount, isQuick } from '../command-line.js';
import { preventProcessorSleep } from '../load/awake.js';
import { MANY_CLIENTS } from '../load/contenders.js';
import { raisePriority } from '../load/priority.js';
import { saveReport } from '../report/report.js';
import { median } from '../report/statistics.js';
import { measureCosts, type SizeCosts } from './cost.js';
import { onPostgres, onRedis, type WithSides } from './sides.js';
import { bytesTable, requestTable } from './tables.js';

const SIZES = [100, 500, 5_000];
/** Of the services. The goal is on Redis. */
const STARTS = isQuick ? { redis: 1, postgres: 1 } : { redis: 2, postgres: 1 };
/** Of each start. Short runs that alternate often: all services then find the machine in the same state. */
const ROUNDS = amount({ usual: 9, quick: 5 });
const GOAL = { setting: 'encrypted', textBytes: 500, atLeast: 0.9 };

raisePriority();
preventProcessorSleep();
const redis = await costsOn(onRedis, STARTS.redis);
const postgres = await costsOn(onPostgres, STARTS.postgres);

async function costsOn(withSides: WithSides, starts: number): Promise<SizeCosts[]> {
  const sizes: SizeCosts[] = [];
  for (const textBytes of SIZES) {
    const settings = await measureCosts(withSides, {
      textBytes,
      starts,
      appends: { rounds: ROUNDS, single: 20, many: 1_000 },
      // Fifty messages an answer.
      reads: { rounds: ROUNDS, single: 20, many: textBytes < 1_000 ? 400 : 100 },
    });
    sizes.push({ textBytes, settings });
  }
  return sizes;
}

function bars(sizes: readonly SizeCosts[]) {
  return sizes.flatMap(({ textBytes, settings }) =>
    settings.slice(1).map(({ setting, appends }) => ({
      label: `${textBytes} B, ${setting}`,
      value: median(appends.speeds),
      ...(setting === GOAL.setting && textBytes === GOAL.textBytes && { goal: GOAL.atLeast }),
    })),
  );
}

saveReport('sealing', {
  title: 'Compression and encryption',
  command: 'npm run bench:sealing',
  text: [
    'Four services with one driver: one stores texts as they are, one compresses them (`COMPRESS_ABOVE=64`), one ' +
      'encrypts them (`ENCRYPTION_KEYS`), and one does both. The texts are prose of the documentation of the ' +
      'service, and different in each conversation. The conversations have a title and three entries of metadata. ' +
      'Compression is tried on every text here, also on those that are too short for it to pay.',
    `There are ${MANY_CLIENTS} clients. Each sends its next request when the last one is answered. The four services ` +
      'share one processor, and each has a database of its own in one Redis or in one PostgreSQL, which shares the ' +
      `other processor with the generator of the load. They are measured one after the other, ${ROUNDS} times in ` +
      `each of ${STARTS.redis} starts (on PostgreSQL ${STARTS.postgres}), in an order that changes. A speed is the median of the ratios to plain of all rounds, ` +
      'and below 1 means slower. ± is the error of that median: 95 of 100 repetitions differ by less. The speed by ' +
      'processor compares the processor time that the services used for a request.',
    'The bytes are those of conversations of 50 messages. PostgreSQL itself compresses plain texts that make a row ' +
      'longer than 2,000 bytes, and cannot compress what is encrypted.',
  ],
  tables: [
    requestTable(
      `Append a message on Redis. Goal: encrypted, ${GOAL.textBytes} bytes: at least ${GOAL.atLeast} of plain.`,
      redis,
      ({ appends }) => appends,
    ),
    requestTable('Read 50 messages on Redis', redis, ({ reads }) => reads),
    bytesTable("Redis' memory for a message (`MEMORY USAGE` of all keys)", redis),
    requestTable('Append a message on PostgreSQL', postgres, ({ appends }) => appends),
    requestTable('Read 50 messages on PostgreSQL', postgres, ({ reads }) => reads),
    bytesTable("PostgreSQL's disk for a message (tables and indexes)", postgres),
  ],
  plot: { measure: 'appends on Redis over plain, 1.0 is as fast', bars: bars(redis) },
});

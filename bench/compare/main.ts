import { amount, atLeast } from '../command-line.js';
import { preventProcessorSleep } from '../load/awake.js';
import { startService } from '../load/pinned-service.js';
import { raisePriority } from '../load/priority.js';
import { sideBySide } from '../load/side-by-side.js';
import { saveReport } from '../report/report.js';
import { checkoutToCompare } from './checkout.js';
import { compareDataSizes } from './data-sizes.js';
import { compareRedisTime, prepareRedisTime } from './redis-time.js';
import { toTable, type Row } from './row.js';
import { compareServices } from './service-speed.js';

const ROUNDS = amount({ usual: 9, quick: 3 });
/** Short runs that alternate often: both sides then find the machine in the same state. */
const SCHEDULE = { rounds: 3 * ROUNDS, clients: 32, seconds: 1 };
const SIZES_EFFORT = { rounds: 3 * ROUNDS, single: 150, many: 1_000 };
const REDIS_EFFORT = { rounds: 4 * ROUNDS, single: 250, many: 500 };

const checkout = checkoutToCompare();
raisePriority();
preventProcessorSleep();
const tables: { readonly caption: string; readonly rows: readonly Row[] }[] = [];
await sideBySide(
  // In another database of the same Redis: its clock and its memory are then the same for both.
  (redis) => startService({ REDIS_URL: `${redis.url}/1` }, { checkout }),
  async (servers) => {
    const redisTimeData = await prepareRedisTime(servers, REDIS_EFFORT);
    tables.push({
      caption: `The service, ${SCHEDULE.clients} clients`,
      rows: await compareServices(servers, SCHEDULE),
    });
    tables.push({
      caption: 'On little data and on much',
      rows: await compareDataSizes(servers, SIZES_EFFORT),
    });
    tables.push({
      caption: "The scripts of a request, by Redis' own clock",
      rows: await compareRedisTime(servers, redisTimeData, REDIS_EFFORT),
    });
  },
);
const rows = tables.flatMap((table) => table.rows);

saveReport('compare', {
  title: 'Before and now',
  command: 'npm run bench:compare -- FOLDER_OF_ANOTHER_CHECKOUT',
  text: [
    'The service of another checkout ("before") and of this one ("now"), each as `npm start` runs it. Both ' +
      'share one processor and are measured alternately. They use two databases of one Redis, which shares the ' +
      'other processor with the generator of the load. For the last table, Redis has that processor for itself.',
    `A speed is the median of the ratios of ${SCHEDULE.rounds}, ${SIZES_EFFORT.rounds} and ${REDIS_EFFORT.rounds} rounds, ` +
      'and below 1 when this checkout is slower, whatever the measure. ± says by how much that median may be off: ' +
      'in 95 of 100 repetitions by less.',
    'A read of a message that counts as an access runs the script of the read and the script of the access.',
  ],
  tables: tables.map(({ caption, rows: some }) => toTable(caption, some)),
  plot: {
    measure: 'speed, now over before',
    bars: rows.map(({ request, measure, speed }) => ({
      label: `${request}: ${measure}`,
      value: speed,
    })),
    ...(atLeast !== undefined && { goal: atLeast }),
  },
});

const slower = rows.filter(({ speed }) => atLeast !== undefined && !(speed >= atLeast));
for (const { request, measure, speed, error } of slower) {
  console.error(
    `Below ${atLeast}: ${request}, ${measure}: ${speed.toFixed(3)} ± ${error.toFixed(3)}`,
  );
}
if (slower.length > 0) process.exitCode = 1;

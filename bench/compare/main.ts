import { amount, atLeast, isQuick } from '../command-line.js';
import { preventProcessorSleep } from '../load/awake.js';
import { startService } from '../load/pinned-service.js';
import { raisePriority } from '../load/priority.js';
import { sideBySide } from '../load/side-by-side.js';
import { saveReport } from '../report/report.js';
import { checkoutToCompare } from './checkout.js';
import { compareDataSizes } from './data-sizes.js';
import { compareRedisTime, prepareRedisTime } from './redis-time.js';
import { mergeRows, nameOf, speedOf, toTable, type Row } from './row.js';
import { compareServices } from './service-speed.js';

/** Two processes of one program differ by some percent, so the services start more than once. */
const STARTS = isQuick ? 1 : 3;
const ROUNDS = Math.ceil(amount({ usual: 9, quick: 3 }) / STARTS);
/** Short runs that alternate often: both services then find the machine in the same state. */
const SCHEDULE = { rounds: 3 * ROUNDS, clients: 32, seconds: 1 };
const SIZES_EFFORT = { rounds: 3 * ROUNDS, single: 150, many: 1_000 };
const REDIS_EFFORT = { rounds: 6 * ROUNDS, single: 500, many: 500 };

interface Rows {
  readonly service: readonly Row[];
  readonly sizes: readonly Row[];
  readonly redisTime: readonly Row[];
}

const checkout = checkoutToCompare();
raisePriority();
preventProcessorSleep();
const starts: Rows[] = [];
for (let i = 0; i < STARTS; i++) {
  await sideBySide(
    // In another database of the same Redis: its clock and its memory are then the same for both.
    (redis) => startService({ REDIS_URL: `${redis.url}/1` }, { checkout }),
    async (servers) => {
      const redisTimeData = await prepareRedisTime(servers, REDIS_EFFORT);
      starts.push({
        service: await compareServices(servers, SCHEDULE),
        sizes: await compareDataSizes(servers, SIZES_EFFORT),
        redisTime: await compareRedisTime(servers, redisTimeData, REDIS_EFFORT),
      });
    },
  );
}
const service = mergeRows(starts.map((start) => start.service));
const sizes = mergeRows(starts.map((start) => start.sizes));
const redisTime = mergeRows(starts.map((start) => start.redisTime));
const all = [...service, ...sizes, ...redisTime];
const rounds = [service, sizes, redisTime].map(([row]) => row?.speeds.length).join(', ');

saveReport('compare', {
  title: 'Before and now',
  command: 'npm run bench:compare -- FOLDER_OF_ANOTHER_CHECKOUT',
  text: [
    'The service of another checkout ("before") and of this one ("now"), each as `npm start` runs it. Both ' +
      'share one processor and are measured alternately. They use two databases of one Redis, which shares the ' +
      'other processor with the generator of the load. For the last table, Redis has that processor for itself.',
    `A speed is the median of the ratios of the rounds of ${STARTS} starts of both services (${rounds} rounds). It ` +
      'is below 1 when this checkout is slower, whatever the measure. ± is the error of that median within a ' +
      'run: 95 of 100 repetitions differ by less.',
    'A read that counts as an access runs the script of the read and the script of the access.',
  ],
  tables: [
    toTable(`The service, ${SCHEDULE.clients} clients`, service),
    toTable('On little data and on much', sizes),
    toTable("The scripts of a request, by Redis' own clock", redisTime),
  ],
  plot: {
    measure: 'speed, now over before',
    bars: all.map((row) => ({ label: nameOf(row), value: speedOf(row) })),
    ...(atLeast !== undefined && { goal: atLeast }),
  },
});

const slower = all.filter((row) => atLeast !== undefined && !(speedOf(row) >= atLeast));
for (const row of slower) {
  console.error(`Below ${atLeast}: ${nameOf(row)}: ${speedOf(row).toFixed(3)}`);
}
if (slower.length > 0) process.exitCode = 1;

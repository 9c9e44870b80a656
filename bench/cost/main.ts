import { amount } from '../command-line.js';
import { saveReport } from '../report/report.js';
import { soak, type Soak } from './soak.js';
import { measureStarts } from './start.js';

const SOAK_MINUTES = amount({ usual: 10, quick: 0.5 });

const onMemory = await measureStarts('memory');
const onRedis = await measureStarts('redis');
const soaked = await soak(SOAK_MINUTES * 60);

const percent = (growth: number): string => `${(growth * 100).toFixed(1)} %`;
const mib = (size: number): string => `${size.toFixed(0)} MiB`;
const answers = ({ rate, run }: Soak): string =>
  `${run.good.toLocaleString('en')} good answers, ${rate.toFixed(0)} requests a second; ` +
  `${run.refused} refused, ${run.unsent} held back, ${run.other} failed otherwise.`;

saveReport('cost', {
  title: 'What a process costs',
  command: 'npm run bench:cost',
  text: [
    'A start lasts from the spawn of the process of `npm start`, after its build, to the first 200 of ' +
      '`/health/ready`: the median of five, on both processors. The memory is measured a second later, and ' +
      'again half a minute later without any request: V8 then gives back what only the start needed.',
    `The soak is ${SOAK_MINUTES} min of reads of 50 messages and of appends, alternately, at half of their ` +
      'peak. Redis stores the messages, so the service has no reason to grow. The first fifth is warm-up: a ' +
      'process under load grows until its young generation has its size, a few times 64 MiB. The first row ' +
      'compares the medians of the RSS in the first tenth after the warm-up and in the last tenth. The second ' +
      'row compares the heap at the ends of these two tenths, after a collection of all garbage.',
  ],
  tables: [
    {
      columns: ['start', 'ready', 'goal', 'RSS', 'RSS later', 'goal '],
      rows: [['memory', onMemory] as const, ['Redis', onRedis] as const].map(
        ([driver, { readyMs, rssMiB, rssLaterMiB }]) => [
          `on ${driver}`,
          `${readyMs.toFixed(0)} ms`,
          '< 1,500 ms',
          mib(rssMiB),
          mib(rssLaterMiB),
          '< 114 MiB (120 MB)',
        ],
      ),
    },
    {
      columns: ['soak', 'after the warm-up', 'at the end', 'growth', 'goal'],
      rows: [
        [
          'RSS',
          mib(soaked.rssBefore),
          mib(soaked.rssAfter),
          percent(soaked.rssAfter / soaked.rssBefore - 1),
          '<= 10 %',
        ],
        [
          'heap',
          `${soaked.heapBefore.toFixed(1)} MiB`,
          `${soaked.heapAfter.toFixed(1)} MiB`,
          percent(soaked.heapAfter / soaked.heapBefore - 1),
          '<= 10 %',
        ],
      ],
    },
    {
      caption: answers(soaked),
      columns: ['of the soak', ...soaked.rssMiB.map((_, i) => `${(i + 1) * 10} %`)],
      rows: [['RSS, MiB', ...soaked.rssMiB.map((size) => size.toFixed(0))]],
    },
  ],
  plot: {
    measure: 'RSS in MiB, by the tenths of the soak',
    bars: soaked.rssMiB.map((value, i) => ({ label: `until ${(i + 1) * 10} %`, value })),
  },
});

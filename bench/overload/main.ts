import { startBareHandler } from '../load/bare-handler.js';
import { pin, PROCESSOR } from '../load/pin.js';
import { PinnedService } from '../load/pinned-service.js';
import { prepareWorkloads } from '../load/workloads.js';
import { saveReport } from '../report/report.js';
import { overload, ROUNDS, TIMES, type Overloaded } from './rounds.js';
import { uploadWithoutToken } from './uploads.js';

const service = await PinnedService.start();
const bareHandler = await startBareHandler(service.redis);
pin(bareHandler.pid, PROCESSOR.measured);
try {
  const found = new Map<string, Overloaded>();
  const { reads, appends, both } = await prepareWorkloads(service.process);
  for (const workload of [reads, appends, both]) {
    found.set(workload.name, await overload(service, workload));
    found.set(`${workload.name}, bare handler`, await overload(bareHandler, workload));
  }
  const uploads = await uploadWithoutToken(service);
  const names = [...found.keys()];
  const all = [...found.values()];
  saveReport('overload', {
    title: `${TIMES} times as many requests as the service can answer`,
    command: 'npm run bench:overload',
    text: [
      `The generator sends ${TIMES} times as many requests as the service answers at its peak. The ratio is ` +
        `the number of good answers then, for each good answer at the peak: the median of ${ROUNDS} rounds. The ` +
        'goal is 0.80. A request is held back when all of 1,000 connections wait for an answer. On a machine ' +
        'that does other work too, read the ratio a CPU second: it counts the processor time that the service ' +
        'got, and not the time of the clock. The bare handler of `npm run bench:limit` has no bound on load: what it ' +
        'loses, 1,000 connections cost any server of Node.',
      `${uploads}.`,
    ],
    tables: [
      {
        columns: ['', ...names],
        rows: Object.keys(all[0]?.figures ?? {}).map((figure) => [
          figure,
          ...all.map(({ figures }) => figures[figure] ?? ''),
        ]),
      },
    ],
    plot: {
      measure: `good answers at ${TIMES} times the peak, for each at the peak`,
      bars: names.map((label, i) => ({ label, value: all[i]?.ratio ?? NaN })),
      goal: 0.8,
    },
  });
} finally {
  await bareHandler.stop();
  await service.stop();
}

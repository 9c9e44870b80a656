import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { BENCHMARKS } from '../report/benchmarks.js';

/** One benchmark after the other: two at once would disturb each other. The first failure ends the run. */
for (const name of [...BENCHMARKS, 'report']) {
  if (name === 'peers' && !existsSync('bench/peers/node_modules')) {
    console.log('peers: skipped, because their packages are not installed (bench/README.md).');
    continue;
  }
  console.log(`\n${name} …`);
  const script = `dist-bench/bench/${name}/main.js`;
  const { status } = spawnSync(process.execPath, [script, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

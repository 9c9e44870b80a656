import 'reflect-metadata';
import { flushTieredStore } from '../store/tiered-store.js';
import { parseNoArguments } from './no-arguments.js';
import { readStoreOptions } from './read-store-options.js';
import { EXIT_CODE, runCommand } from './run-command.js';

const FLUSH_USAGE = `Usage: npm run flush

Saves to PostgreSQL everything that Redis in front of it holds unsaved. It takes the variables of the
service, and can run beside it.

  --help   prints this

Exit codes: 0 when everything is saved, 1 when something is not, 2 when the flags are wrong.
`;

async function flush(): Promise<number> {
  const { flushed, remaining } = await flushTieredStore(await readStoreOptions());
  process.stdout.write(`Saved: ${flushed}. Not saved: ${remaining}.\n`);
  return remaining === 0 ? EXIT_CODE.done : EXIT_CODE.failed;
}

process.exitCode = await runCommand(
  { usage: FLUSH_USAGE, parse: parseNoArguments, execute: flush },
  process.argv.slice(2),
);

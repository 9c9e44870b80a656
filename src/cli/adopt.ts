import 'reflect-metadata';
import { adoptIntoTieredStore } from '../store/tiered-store.js';
import { parseNoArguments } from './no-arguments.js';
import { readStoreOptions } from './read-store-options.js';
import { EXIT_CODE, runCommand } from './run-command.js';

const ADOPT_USAGE = `Usage: npm run adopt

Marks as unsaved the conversations that Redis holds from the time when it was the store alone. Afterwards
npm run flush, or the running service, saves them to PostgreSQL. It takes the variables of the service, and
can run again: what is marked already stays as it is. It needs Redis alone.

  --help   prints this

Exit codes: 0 when everything is marked, 1 when something is damaged, 2 when the flags are wrong.
`;

async function adopt(): Promise<number> {
  const { marked, damaged } = await adoptIntoTieredStore(await readStoreOptions());
  process.stdout.write(`Marked: ${marked}. Damaged: ${damaged}.\n`);
  return damaged === 0 ? EXIT_CODE.done : EXIT_CODE.failed;
}

process.exitCode = await runCommand(
  { usage: ADOPT_USAGE, parse: parseNoArguments, execute: adopt },
  process.argv.slice(2),
);

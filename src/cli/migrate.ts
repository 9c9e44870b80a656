import 'reflect-metadata';
import { migrateStore } from '../store/migrate-store.js';
import { MIGRATE_USAGE, parseMigrateCommand, type MigrateCommand } from './migrate-command.js';
import { readStoreOptions } from './read-store-options.js';
import { EXIT_CODE, runCommand } from './run-command.js';

async function migrate(command: MigrateCommand): Promise<number> {
  const ran = await migrateStore(await readStoreOptions(), command);
  for (const name of ran) process.stdout.write(`${name}\n`);
  process.stdout.write(
    ran.length > 0 ? 'The tables are up to date.\n' : 'There was nothing to do.\n',
  );
  return EXIT_CODE.done;
}

process.exitCode = await runCommand(
  { usage: MIGRATE_USAGE, parse: parseMigrateCommand, execute: migrate },
  process.argv.slice(2),
);

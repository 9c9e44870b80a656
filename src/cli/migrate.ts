import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { AppConfig } from '../config/app-config.js';
import { appConfig, AppConfigModule } from '../config/config.module.js';
import { migrateStore } from '../store/migrate-store.js';
import { MIGRATE_USAGE, parseMigrateCommand, type MigrateCommand } from './migrate-command.js';
import { EXIT_CODE, runCommand } from './run-command.js';

async function migrate(command: MigrateCommand): Promise<number> {
  const context = await NestFactory.createApplicationContext(
    AppConfigModule.forRoot({ auth: true }),
    { logger: false, abortOnError: false },
  );
  const { store } = context.get<AppConfig>(appConfig.KEY);
  await context.close();
  const ran = await migrateStore(store, command);
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

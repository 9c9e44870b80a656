import { parseArgs } from 'node:util';

export interface MigrateCommand {
  /** 0: tables without partitions. */
  readonly partitions: number;
}

const MAX_PARTITIONS = 1_024;

export const MIGRATE_USAGE = `Usage: npm run migrate [-- --partitions N]

Brings the tables of DATABASE_URL up to date. It takes the variables of the service.

  --partitions N   when it creates the tables, divides each into N by a hash of the owner (2 to ${MAX_PARTITIONS})
  --help           prints this
`;

/** @throws TypeError */
export function parseMigrateCommand(args: readonly string[]): MigrateCommand | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: { partitions: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return 'help';
  if (values.partitions === undefined) return { partitions: 0 };
  const partitions = /^\d{1,4}$/.test(values.partitions) ? Number(values.partitions) : NaN;
  if (!(partitions >= 2 && partitions <= MAX_PARTITIONS)) {
    throw new TypeError(`--partitions takes a whole number from 2 to ${MAX_PARTITIONS}.`);
  }
  return { partitions };
}

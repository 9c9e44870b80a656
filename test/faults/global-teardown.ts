import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import tearDownTests from '../support/global-teardown.ts';
import { readResults, RESULTS_FILE } from './fault-results.ts';

/** Prints what was measured, as tables in Markdown. */
export default async function tearDown(): Promise<void> {
  for (const [name, rows] of readResults()) {
    const columns = Object.keys(rows[0] ?? {});
    const lines = [
      columns,
      columns.map(() => '---'),
      ...rows.map((row) => Object.values(row) as unknown[]),
    ];
    const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    process.stdout.write(`\n${name}\n\n${table}\n`);
  }
  const file = process.env[RESULTS_FILE];
  if (file) rmSync(dirname(file), { recursive: true, force: true });
  await tearDownTests();
}

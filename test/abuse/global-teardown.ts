import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readRows, RESULTS_FILE } from './results.ts';
import { toTable, writeToPage } from './security-page.ts';

/** Prints what was measured. When all attacks ran, docs/security.md gets the table. */
export default function tearDown(): void {
  const { rows, areAll } = readRows();
  const table = toTable(rows);
  process.stdout.write(`\n${table}\n`);
  if (areAll) writeToPage(table);
  const file = process.env[RESULTS_FILE];
  if (file) rmSync(dirname(file), { recursive: true, force: true });
}

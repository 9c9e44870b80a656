import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import setUpTests from '../support/global-setup.ts';
import { RESULTS_FILE } from './fault-results.ts';

/** As for all tests, with a place for what is measured. */
export default async function setUp(): Promise<void> {
  process.env[RESULTS_FILE] = join(mkdtempSync(join(tmpdir(), 'fault-results-')), 'results.jsonl');
  await setUpTests();
}

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requirePrograms } from '../support/required-programs.ts';
import { RESULTS_FILE } from './results.ts';

/** Every attack starts servers of its own. */
export default function setUp(): void {
  requirePrograms();
  process.env[RESULTS_FILE] = join(mkdtempSync(join(tmpdir(), 'abuse-results-')), 'rows.jsonl');
}

import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** What an attack was seen to do. */
export interface AbuseRow {
  readonly attack: string;
  /** Median of the calm tenant before the attack. */
  readonly usualMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of `sent`. */
  readonly refused: number;
  readonly sent: number;
  /** The slowest request that had to connect. */
  readonly newcomerMs: number;
  /** The slowest probe. */
  readonly livenessMs: number;
  readonly rssMiB: number;
  readonly scriptsPerSecond: number;
  readonly scriptsPerSecondBefore: number;
  readonly scriptsPerSecondAfter: number;
  /** What the attackers got. */
  readonly attackers: string;
  /** Promises that were broken. */
  readonly problems: readonly string[];
}

/** A file with a row a line, in JSON. */
export const RESULTS_FILE = 'ABUSE_RESULTS_FILE';

/** `attacks`: how many there are. */
export function recordRow(row: AbuseRow, attacks: number): void {
  const file = process.env[RESULTS_FILE];
  // JSON has no NaN: what was not answered becomes null.
  if (file) appendFileSync(file, `${JSON.stringify({ row, attacks })}\n`);
}

/** All rows, and whether there is one for every attack. */
export function readRows(): { readonly rows: readonly AbuseRow[]; readonly areAll: boolean } {
  const file = process.env[RESULTS_FILE];
  if (!file || !existsSync(file)) return { rows: [], areAll: false };
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const recorded = lines.map((line) => JSON.parse(line) as { row: AbuseRow; attacks: number });
  const rows = recorded.map(({ row }) => row);
  return { rows, areAll: rows.length > 0 && rows.length === recorded[0]?.attacks };
}

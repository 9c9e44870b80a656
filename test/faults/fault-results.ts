import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** What a nemesis did, and what came of it before anything was sent again. */
export interface FaultResult {
  readonly nemesis: string;
  /** How often it has acted. */
  readonly strikes: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  /** Of the unknown. */
  readonly unknownStored: number;
  readonly stored: number;
  /** Acknowledged and gone. */
  readonly lost: number;
  readonly doubled: number;
  /** From the end of the fault until every user was served by both processes again. */
  readonly recoveryMs: number;
  /** The longest that a user went without a success. */
  readonly unservedMs: number;
  /** Longest wait for an answer. */
  readonly slowestMs: number;
}

/** A file with a JSON document a line; unset, nobody wants the results. */
export const RESULTS_FILE = 'FAULT_RESULTS_FILE';

/** Whether the tests run alone, to be measured: `npm run test:faults`. */
export function isMeasured(): boolean {
  return Boolean(process.env[RESULTS_FILE]);
}

export function recordResult(result: FaultResult): void {
  record('faults', result);
}

/** A measurement with columns of its own: a table for each kind. */
export function record(table: string, row: object): void {
  const file = process.env[RESULTS_FILE];
  if (file) appendFileSync(file, `${JSON.stringify({ table, row })}\n`);
}

export function readResults(): Map<string, object[]> {
  const file = process.env[RESULTS_FILE];
  const tables = new Map<string, object[]>();
  if (!file || !existsSync(file)) return tables;
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const { table, row } = JSON.parse(line) as { table: string; row: object };
    tables.set(table, [...(tables.get(table) ?? []), row]);
  }
  return tables;
}

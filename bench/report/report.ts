import { mkdirSync, writeFileSync } from 'node:fs';
import { isQuick } from '../command-line.js';
import { thisMachine, type Machine } from './machine.js';

/** Where RESULTS.md is. Relative to the project; a quick look overwrites nothing that is kept. */
export const REPORTS = isQuick ? 'dist-bench/quick' : 'bench';

/** Where benchmarks leave what they found. */
export const RESULTS = `${REPORTS}/results`;

/** What a benchmark found: what it prints, and what RESULTS.md shows of it. */
export interface Report {
  readonly title: string;
  /** The command that repeats it. */
  readonly command: string;
  /** What is compared and how, and what the figures do not say: paragraphs of Markdown. */
  readonly text: readonly string[];
  readonly tables: readonly Table[];
  readonly plot?: Plot;
}

/** A report as it is kept. */
export interface Result extends Report {
  /** Day, as in 2026-01-31. */
  readonly date: string;
  readonly machine: Machine;
}

export interface Table {
  readonly caption?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Bars, one below the other. */
export interface Plot {
  /** What the length of a bar is. */
  readonly measure: string;
  readonly bars: readonly Bar[];
  /** Drawn as a line across the bars that have none of their own. */
  readonly goal?: number;
  /** For ratios that are far apart: bars begin at a tenth then. */
  readonly isLogarithmic?: boolean;
}

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly goal?: number;
}

/** Prints the report, and leaves it for RESULTS.md. `name` is that of the benchmark's folder. */
export function saveReport(name: string, report: Report): void {
  console.log(`\n${report.title}`);
  for (const { caption, columns, rows } of report.tables) {
    if (caption !== undefined) console.log(caption);
    console.table(rows.map((row) => Object.fromEntries(columns.map((c, i) => [c, row[i]]))));
  }
  mkdirSync(RESULTS, { recursive: true });
  const date = new Date().toISOString().slice(0, 10);
  const result: Result = { ...report, date, machine: thisMachine() };
  writeFileSync(`${RESULTS}/${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
}

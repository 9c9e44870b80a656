import { mkdirSync, writeFileSync } from 'node:fs';
import { isQuick } from '../command-line.js';
import { thisMachine, type Machine } from './machine.js';

/** The folder of RESULTS.md, relative to the project. A quick run overwrites no committed result. */
export const REPORTS = isQuick ? 'dist-bench/quick' : 'bench';

/** The folder of the results of all benchmarks. */
export const RESULTS = `${REPORTS}/results`;

/** The result of a benchmark, as it is printed and as RESULTS.md shows it. */
export interface Report {
  readonly title: string;
  /** The command that repeats it. */
  readonly command: string;
  /** Paragraphs of Markdown: what is compared and how, and what the figures do not say. */
  readonly text: readonly string[];
  readonly tables: readonly Table[];
  readonly plot?: Plot;
}

/** A report as it is stored. */
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
  /** The meaning of the length of a bar. */
  readonly measure: string;
  readonly bars: readonly Bar[];
  /** Drawn as a line across the bars that have no goal of their own. */
  readonly goal?: number;
  /** For ratios that are far apart. The bars then begin at 0.1. */
  readonly isLogarithmic?: boolean;
}

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly goal?: number;
}

/** Prints the report, and stores it for RESULTS.md. `name` is the name of the benchmark's folder. */
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

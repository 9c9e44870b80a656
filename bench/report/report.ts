import { mkdirSync, writeFileSync } from 'node:fs';

/** Where benchmarks leave what they found. Relative to the project. */
export const RESULTS = 'bench/results';

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

export interface Table {
  readonly caption?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Bars, one below the other. */
export interface Plot {
  /** What the length of a bar is. */
  readonly measure: string;
  readonly bars: readonly { readonly label: string; readonly value: number }[];
  /** Drawn as a line across the bars. */
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
  writeFileSync(`${RESULTS}/${name}.json`, `${JSON.stringify(report, null, 2)}\n`);
}

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { AbuseRow } from './results.ts';

const PAGE = 'docs/security.md';
const BEGIN = '<!-- npm run test:abuse writes what follows -->';
const END = '<!-- npm run test:abuse has written this -->';

const COLUMNS: readonly (readonly [name: string, cell: (row: AbuseRow) => string])[] = [
  ['attack', ({ attack }) => attack],
  ['usual p50', ({ usualMs }) => figure(usualMs)],
  ['p50', ({ p50Ms }) => figure(p50Ms)],
  ['p99', ({ p99Ms }) => figure(p99Ms)],
  ['refused', ({ refused, sent }) => `${refused} of ${sent}`],
  ['newcomer', ({ newcomerMs }) => figure(newcomerMs)],
  ['liveness', ({ livenessMs }) => figure(livenessMs)],
  ['RSS', ({ rssMiB }) => figure(rssMiB)],
  [
    'scripts/s: before, then, after',
    (row) =>
      [row.scriptsPerSecondBefore, row.scriptsPerSecond, row.scriptsPerSecondAfter]
        .map(figure)
        .join(', '),
  ],
  ['the attackers got', ({ attackers }) => attackers || 'no answer'],
  ['result', ({ problems }) => (problems.length === 0 ? 'holds' : problems.join('; '))],
];

/** The rows as Markdown, with the columns at their width, as the formatter wants them. */
export function toTable(rows: readonly AbuseRow[]): string {
  const cells = [
    COLUMNS.map(([name]) => name),
    ...rows.map((row) => COLUMNS.map(([, of]) => of(row))),
  ];
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  const [head = [], ...body] = cells.map(
    (line) => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`,
  );
  const ruler = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [head, ruler, ...body].join('\n');
}

/** Puts the table into the page, in place of the one that was there. */
export function writeToPage(table: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${PAGE} has no room for the table.`);
  const date = new Date().toISOString().slice(0, 10);
  const where = `${date}, Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? ''}):`;
  const generated = [BEGIN, where, table, END].join('\n\n');
  writeFileSync(PAGE, page.slice(0, from) + generated + page.slice(to + END.length));
}

/** Nothing was answered: null, as JSON has no NaN. */
function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(0);
}

import type { Machine } from './machine.js';
import type { Result, Table } from './report.js';

/** All results as Markdown, by the name of their benchmark. */
export function resultsPage(results: ReadonlyMap<string, Result>): string {
  const sections = [...results].map(([name, result]) => section(name, result));
  return [
    '# Results',
    '`npm run bench` writes this page; [README.md](README.md) says what each benchmark does. All figures are ' +
      'of one machine, and its processors do not sleep where README.md says so. Compare the figures with each ' +
      'other, and not with figures of another machine.',
    machines(results),
    ...sections,
  ]
    .join('\n\n')
    .concat('\n');
}

function section(name: string, { title, command, text, tables, plot, date }: Result): string {
  const blocks = [`## ${title}`, ...text];
  if (plot) blocks.push(`![${plot.measure}](results/${name}.svg)`);
  for (const { caption, ...table } of tables) {
    if (caption !== undefined) blocks.push(caption);
    blocks.push(markdownTable(table));
  }
  return [...blocks, `\`${command}\`, ${date}`].join('\n\n');
}

function machines(results: ReadonlyMap<string, Result>): string {
  const names = new Map<string, string[]>();
  for (const [name, { machine }] of results) {
    const cells = JSON.stringify(cellsOf(machine));
    names.set(cells, [...(names.get(cells) ?? []), name]);
  }
  const columns = ['processor', 'cores', 'memory', 'system', 'Node.js', 'Redis', 'benchmarks'];
  const rows = [...names].map(([cells, of]) => [...(JSON.parse(cells) as string[]), of.join(', ')]);
  return `## Machine\n\n${markdownTable({ columns, rows })}`;
}

function cellsOf({ processor, cores, memory, system, node, redis }: Machine): string[] {
  return [processor, String(cores), memory, system, node, redis];
}

function markdownTable({ columns, rows }: Table): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.trim().replaceAll('|', '\\|')).join(' | ')} |`;
  // The first column is text. Figures are aligned at the right.
  const ruler = columns.map((_, i) => (i === 0 ? ':--' : '--:'));
  return [row(columns), row(ruler), ...rows.map(row)].join('\n');
}

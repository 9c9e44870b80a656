import type { Machine } from './machine.js';
import type { Result, Table } from './report.js';

/** All results as Markdown, by the name of their benchmark. */
export function resultsPage(results: ReadonlyMap<string, Result>): string {
  const sections = [...results].map(([name, result]) => section(name, result));
  return [
    '# Results',
    'Written by `npm run bench`; [README.md](README.md) says what each benchmark does. Figures of one ' +
      'machine, whose processors are kept from sleeping where README.md says so: compare them with each ' +
      'other, and not with those of another one.',
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
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.trim().replaceAll('|', '\\|')).join(' | ')} |`;
  // Figures line up at the right; what stands first says what they are about.
  const ruler = columns.map((_, i) => (i === 0 ? ':--' : '--:'));
  return [line(columns), line(ruler), ...rows.map(line)].join('\n');
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { REPORTED } from './benchmarks.js';
import { barChart } from './bar-chart.js';
import { REPORTS, RESULTS, type Result } from './report.js';
import { resultsPage } from './results-page.js';

const results = new Map<string, Result>();
for (const name of REPORTED) {
  const file = `${RESULTS}/${name}.json`;
  if (existsSync(file)) results.set(name, JSON.parse(readFileSync(file, 'utf8')) as Result);
}
for (const [name, { plot }] of results) {
  if (plot) writeFileSync(`${RESULTS}/${name}.svg`, await barChart(plot));
}
writeFileSync(`${REPORTS}/RESULTS.md`, resultsPage(results));
console.log(`${REPORTS}/RESULTS.md: ${[...results.keys()].join(', ')}`);

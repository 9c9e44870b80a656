import { MANY_CLIENTS, type Compared } from '../load/contenders.js';

/** The columns after those that say what is compared. */
export const COMPARED_COLUMNS = [
  'p50, 1 client',
  'times the first',
  `requests/s, ${MANY_CLIENTS} clients`,
  'times the first ',
  "Redis' scripts",
  'times the first  ',
] as const;

export function comparedRow({ name, figures, times }: Compared): string[] {
  return [
    ...name,
    `${figures.ms.toFixed(3)} ms`,
    times.ms.toFixed(2),
    figures.perSecond.toFixed(0),
    times.perSecond.toFixed(2),
    `${figures.redisAlone.toFixed(1)} µs`,
    times.redisAlone.toFixed(2),
  ];
}

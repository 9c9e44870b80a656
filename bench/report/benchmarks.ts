/** What `npm run bench` runs, in this order. */
export const BENCHMARKS = [
  'limit',
  'flat',
  'tiers',
  'tiered',
  'sealing',
  'peers',
  'tail',
  'streams',
  'cost',
  'overload',
  'scaling',
] as const;

/** What RESULTS.md shows, in this order. `compare` needs another checkout, so it runs by itself. */
export const REPORTED = [...BENCHMARKS, 'compare'] as const;

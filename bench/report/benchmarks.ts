/** In the order in which they run, and stand in RESULTS.md. */
export const BENCHMARKS = [
  'limit',
  'flat',
  'peers',
  'tail',
  'cost',
  'overload',
  'scaling',
] as const;

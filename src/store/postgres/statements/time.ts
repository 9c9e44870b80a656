/** The time, to the millisecond: what a Date holds. */
export const NOW = `date_trunc('milliseconds', clock_timestamp())`;

/**
 * The time so many milliseconds ago. As a query of its own, PostgreSQL asks the clock once and can look
 * for it in an index.
 */
export function ago(parameter: string): string {
  return `(SELECT ${NOW} - ${parameter}::float8 * interval '1 millisecond')`;
}

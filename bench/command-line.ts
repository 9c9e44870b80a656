import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, 'at-least': { type: 'string' } },
  allowPositionals: true,
});

/** A quick run shows everything in a few minutes. Its figures are too rough to be stored or quoted. */
export const isQuick = values.quick === true;

/** The number on the command line, or the default of a usual or a quick run. */
export function amount({ usual, quick }: { usual: number; quick: number }): number {
  const given = positionals.find(isNumber);
  if (given !== undefined) return Number(given);
  return isQuick ? quick : usual;
}

/** What is on the command line besides the number: a folder. */
export const folder = positionals.find((argument) => !isNumber(argument));

/** The number of `--at-least`. */
export const atLeast = values['at-least'] === undefined ? undefined : Number(values['at-least']);

function isNumber(argument: string): boolean {
  return /^\d+$/.test(argument);
}

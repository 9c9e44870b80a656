/** A look at everything in a few minutes. Its figures are too rough to be kept or quoted. */
export const isQuick = process.argv.includes('--quick');

/** The number on the command line, or what there is without one. */
export function amount({ usual, quick }: { usual: number; quick: number }): number {
  const given = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
  if (given !== undefined) return Number(given);
  return isQuick ? quick : usual;
}

import { median } from '../report/statistics.js';

/** How often a second, a number a case, of every round. */
export type Rates = readonly (readonly number[])[];

/** One contestant after the other in every round, each round with another one at first. */
export async function inRounds<Contestant extends { readonly name: string }>(
  rounds: number,
  contestants: readonly Contestant[],
  measure: (contestant: Contestant) => Promise<number[]>,
): Promise<ReadonlyMap<Contestant, Rates>> {
  const results = new Map<Contestant, number[][]>(contestants.map((each) => [each, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const contestant = contestants[(round + turn) % contestants.length] as Contestant;
      const rates = await measure(contestant);
      results.get(contestant)?.push(rates);
      console.log(`round ${round + 1}, ${contestant.name}:`, rates.map(Math.round).join(', '));
    }
  }
  return results;
}

/** The median of all rounds. */
export function rateOf(rates: Rates, index: number): number {
  return median(rates.map((round) => round[index] ?? NaN));
}

/** How many times as often as the other: the median of the rounds, and the ends. */
export function ratioOf(
  ours: Rates,
  theirs: Rates,
  index: number,
): { readonly median: number; readonly least: number; readonly most: number } {
  const ratios = ours.map((round, i) => (round[index] ?? NaN) / (theirs[i]?.[index] ?? NaN));
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}

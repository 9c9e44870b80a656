import { median } from '../report/statistics.js';

/** Rates a second: of every round, one for each case. */
export type Rates = readonly (readonly number[])[];

/** Measures every contestant in every round. Each round begins with another contestant. */
export async function inRounds<Contestant extends { readonly name: string }>(
  rounds: number,
  contestants: readonly Contestant[],
  measure: (contestant: Contestant) => Promise<number[]>,
): Promise<ReadonlyMap<Contestant, Rates>> {
  const results = new Map<Contestant, number[][]>(contestants.map((each) => [each, []]));
  for (let round = 0; round < rounds; round++) {
    for (let step = 0; step < contestants.length; step++) {
      const contestant = contestants[(round + step) % contestants.length] as Contestant;
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

/** Our rate over the other one: the median of the rounds, the least and the most. */
export function ratioOf(
  ours: Rates,
  theirs: Rates,
  index: number,
): { readonly median: number; readonly least: number; readonly most: number } {
  const ratios = ours.map((round, i) => (round[index] ?? NaN) / (theirs[i]?.[index] ?? NaN));
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}

import type { Table } from '../report/report.js';
import { rateOf, ratioOf, type Rates } from './rounds.js';

/** An operation that Conversation Store and a peer both have, and the ratio that is the goal. */
export interface Comparison {
  readonly what: string;
  readonly peer: string;
  /** The index among the rates. */
  readonly index: number;
  readonly ours: Rates;
  readonly theirs: Rates;
  readonly goal: number;
  /** What the operation of the peer lacks. */
  readonly without: string;
}

export function toTable(caption: string, comparisons: readonly Comparison[]): Table {
  return {
    caption,
    columns: ['', 'Conversation Store', 'peer', 'of the peer', 'ratio', 'goal', 'the peer has no'],
    rows: comparisons.map(({ what, peer, index, ours, theirs, goal, without }) => {
      const ratio = ratioOf(ours, theirs, index);
      const range = `${toText(ratio.least)} to ${toText(ratio.most)}`;
      return [
        what,
        `${rateOf(ours, index).toFixed(0)}/s`,
        peer,
        `${rateOf(theirs, index).toFixed(0)}/s`,
        `${toText(ratio.median)} (${range})`,
        `${goal}: ${ratio.median >= goal ? 'met' : 'missed'}`,
        without,
      ];
    }),
  };
}

export function toBar({ what, peer, index, ours, theirs, goal }: Comparison): {
  label: string;
  value: number;
  goal: number;
} {
  const value = Number(toText(ratioOf(ours, theirs, index).median));
  return { label: `${what}, ${peer}`, value, goal };
}

function toText(ratio: number): string {
  return ratio.toFixed(ratio < 10 ? 2 : 0);
}

import type { Comparison } from '../comparison.js';
import { inRounds, rateOf, type Rates } from '../rounds.js';
import type { Table } from '../../report/report.js';
import { BARE_HANDLER, ON_MEMORY, ON_REDIS } from './conversation-store.js';
import { LANGGRAPH } from './langgraph.js';
import { CASES, measure } from './measure.js';
import type { Contestant } from './server.js';
import { VOLTAGENT } from './voltagent.js';

const GOAL = 10;

const PEERS = [
  {
    contestant: LANGGRAPH,
    without: 'store outside of its process, token, owner, limit, ETag, TTL',
  },
  { contestant: VOLTAGENT, without: 'store outside of its process, token, limit, ETag, TTL' },
] as const;

const CONTESTANTS: readonly Contestant[] = [
  ON_REDIS,
  LANGGRAPH,
  VOLTAGENT,
  ON_MEMORY,
  BARE_HANDLER,
];

export interface HttpComparison {
  readonly comparisons: readonly Comparison[];
  /** Every contestant's rates. */
  readonly rates: Table;
}

export async function compareServers(rounds: number): Promise<HttpComparison> {
  const results = await inRounds(rounds, CONTESTANTS, measure);
  const of = (contestant: Contestant): Rates => results.get(contestant) ?? [];
  return {
    comparisons: CASES.flatMap((_, index) =>
      PEERS.map(({ contestant, without }) => ({
        what: describe(index),
        peer: contestant.name,
        index,
        ours: of(ON_REDIS),
        theirs: of(contestant),
        goal: GOAL,
        without,
      })),
    ),
    rates: {
      caption: 'Appends a second over HTTP, and those a second that the server’s processor worked',
      columns: ['', ...CONTESTANTS.map(({ name }) => name)],
      rows: CASES.map((_, index) => [
        describe(index),
        ...CONTESTANTS.map((contestant) =>
          [index, CASES.length + index].map((i) => rateOf(of(contestant), i).toFixed(0)).join(', '),
        ),
      ]),
    },
  };
}

function describe(index: number): string {
  const { messages, clients } = CASES[index] ?? { messages: 0, clients: 0 };
  return `append to threads of ${messages}, ${clients === 1 ? 'a client' : `${clients} clients`}`;
}

import type { Comparison } from '../comparison.js';
import { inRounds, type Rates } from '../rounds.js';
import { LibraryProcess } from './library-process.js';
import type { LibraryTask } from './measure.js';

const APPENDS: readonly LibraryTask[] = [{ clients: 1 }, { clients: 32 }];
const WHAT = [
  'append, one after the other',
  'append, 32 at once',
  'list 20 of 40, with 2,000 of other users',
] as const;

interface Contestant {
  readonly name: string;
  readonly module: string;
  readonly tasks: readonly LibraryTask[];
}

const OURS: Contestant = {
  name: 'RedisConversationStore',
  module: 'dist-bench/bench/peers/library/conversation-store.js',
  tasks: [...APPENDS, 'list'],
};

interface Peer extends Contestant {
  readonly goals: readonly number[];
  readonly without: readonly string[];
}

const LANGCHAIN = 'index, owner, seq, version, limit, idempotency';

const PEERS: readonly Peer[] = [
  {
    name: 'LangChain',
    module: 'bench/peers/library/langchain-redis.mjs',
    tasks: APPENDS,
    goals: [1, 1],
    without: [`${LANGCHAIN}, TTL`, `${LANGCHAIN}, TTL`],
  },
  {
    name: 'LangChain with its TTL',
    module: 'bench/peers/library/langchain-redis-ttl.mjs',
    tasks: APPENDS,
    goals: [1, 1],
    without: [LANGCHAIN, LANGCHAIN],
  },
  {
    name: 'Mastra',
    module: 'bench/peers/library/mastra-redis.mjs',
    tasks: [...APPENDS, 'list'],
    goals: [3, 3, 10],
    without: [
      'owner, seq, version, limit, TTL',
      'owner, seq, version, limit, TTL',
      'index: it scans every key of the database',
    ],
  },
];

export async function compareLibraries(rounds: number): Promise<Comparison[]> {
  const contestants = [OURS, ...PEERS];
  const results = await inRounds<Contestant>(rounds, contestants, measure);
  const of = (contestant: Contestant): Rates => results.get(contestant) ?? [];
  return PEERS.flatMap((peer) =>
    peer.tasks.map((_, index) => ({
      what: WHAT[index] ?? '',
      peer: peer.name,
      index,
      ours: of(OURS),
      theirs: of(peer),
      goal: peer.goals[index] ?? 1,
      without: peer.without[index] ?? '',
    })),
  );
}

async function measure({ module, tasks }: Contestant): Promise<number[]> {
  const library = await LibraryProcess.start(module);
  try {
    const rates: number[] = [];
    for (const task of tasks) rates.push(await library.measure(task));
    return rates;
  } finally {
    await library.stop();
  }
}

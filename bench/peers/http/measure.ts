import { cpuMs } from '../../load/process-usage.js';
import { appendFor } from './append-load.js';
import type { Contestant, ConversationServer, Thread } from './server.js';

const SECONDS = 1.2;
const THREADS = 32;
/** Node.js still compiles in the first seconds. */
const WARM_UP = { messages: 10, clients: 32, seconds: 3 } as const;

/** The length of the threads at first, and the number of clients that append to them at once. */
export const CASES: readonly Case[] = [200, 1_000].flatMap((messages) =>
  [1, 32].map((clients) => ({ messages, clients, seconds: SECONDS })),
);

interface Case {
  readonly messages: number;
  readonly clients: number;
  readonly seconds: number;
}

interface Run {
  readonly rate: number;
  readonly cpuRate: number;
}

/**
 * Runs one server alone, from its start to its end.
 * @returns the appends a second of every case, and then the appends a processor second of every case
 */
export async function measure(contestant: Contestant): Promise<number[]> {
  const server = await contestant.start();
  try {
    await run(contestant, server, WARM_UP);
    const runs: Run[] = [];
    for (const each of CASES) runs.push(await run(contestant, server, each));
    return [...runs.map(({ rate }) => rate), ...runs.map(({ cpuRate }) => cpuRate)];
  } finally {
    await server.stop();
  }
}

/**
 * Every client has threads of its own.
 * @throws Error when not all that was answered is stored
 */
async function run(
  { name }: Contestant,
  server: ConversationServer,
  { messages, clients, seconds }: Case,
): Promise<Run> {
  const threads = await Promise.all(
    Array.from({ length: THREADS }, () => server.openThread(messages)),
  );
  const ofClients = Array.from({ length: clients }, (_, client) =>
    threads.filter((__, i) => i % clients === client).map(({ append }) => append),
  );
  const cpuBefore = cpuMs(server.pid);
  const { rate, answered } = await appendFor(seconds, server.port, ofClients);
  const cpuSeconds = (cpuMs(server.pid) - cpuBefore) / 1_000;
  const stored = (await countAll(threads)) - THREADS * messages;
  if (stored !== answered) {
    throw new Error(`${name} answered ${answered} appends, and has ${stored} of the messages.`);
  }
  return { rate, cpuRate: answered / cpuSeconds };
}

async function countAll(threads: readonly Thread[]): Promise<number> {
  let sum = 0;
  for (const thread of threads) sum += await thread.count();
  return sum;
}

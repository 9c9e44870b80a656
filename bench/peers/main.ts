import { amount } from '../command-line.js';
import { saveReport } from '../report/report.js';
import { toBar, toTable } from './comparison.js';
import { DIFFERENCES } from './differences.js';
import { compareServers } from './http/compare.js';
import { assertInstalled, installed } from './installed-peers.js';
import { compareLibraries } from './library/compare.js';
import { preventProcessorSleep } from '../load/awake.js';
import { pin, PROCESSOR } from '../load/pin.js';
import { TEXT } from '../load/workloads.js';

const ROUNDS = amount({ usual: 3, quick: 1 });

assertInstalled();
preventProcessorSleep();
pin(process.pid, PROCESSOR.other);
const libraries = await compareLibraries(ROUNDS);
const servers = await compareServers(ROUNDS);

saveReport('peers', {
  title: 'Conversation Store and its peers',
  command: 'npm ci --prefix bench/peers && npm run bench:peers',
  text: [
    `Against ${[
      '@langchain/redis',
      '@mastra/redis',
      '@langchain/langgraph-api',
      '@voltagent/server-hono',
    ]
      .map(installed)
      .join(
        ', ',
      )}. Only one of them runs at a time, in ${ROUNDS} rounds that each begin with another one. ` +
      'A rate is the median of the rounds. A ratio is the median of the ratios of each round, with the ' +
      `least and the most of them. Every append is of one message of ${TEXT.length} bytes.`,
    'Libraries run in a process of their own on processor 0, with a Redis of their own on processor 1. ' +
      'Conversation Store uses ioredis, the peers use node-redis. Clients that append at the same time have ' +
      'a conversation each.',
    'Servers run on processor 0. The generator of the load runs on processor 1. Conversation Store has its ' +
      'Redis on that processor too; the peers store everything in memory, so the generator has it alone. The ' +
      'peers run with NODE_ENV=production and log only errors. All servers have the same size of V8’s young ' +
      'generation. For every append, Conversation Store verifies a token, stores the message in Redis before ' +
      'it answers, and answers with the message, the version and an ETag. No append has an Idempotency-Key, ' +
      'and the Redis of this benchmark writes nothing to disk.',
    'LangGraph appends by an update of a thread’s state: a POST of the message to /threads/:id/state, here ' +
      'with the smallest graph. A run of the graph would do that and more. VoltAgent has a POST to ' +
      '/api/memory/save-messages.',
    'The bare handler is the one of `npm run bench:limit`: the same scripts in the same Redis, and little ' +
      'else. It is not a maximum. It shows what a simple server of this kind reaches on this machine.',
    'Both processors do not sleep (README.md). This helps whatever works with another process: Conversation ' +
      'Store and all libraries.',
    'On a machine that does other work too, the appends a processor second of the server say more than the ' +
      'appends a second of the clock. They do not include the work of Redis.',
    'Threads begin with the number of messages in the table, and grow by the appends: with a fast server by ' +
      'some hundreds. After every run the benchmark reads and counts all messages. It fails when a server has ' +
      'another number of messages than it has answered, or when an answer is not 2xx.',
  ],
  tables: [
    toTable('Libraries, on Redis', libraries),
    toTable('Servers: Conversation Store on Redis, the peers in memory', servers.comparisons),
    servers.rates,
    DIFFERENCES,
  ],
  plot: {
    measure: 'how many times as often as the peer',
    bars: [...libraries, ...servers.comparisons].map(toBar),
    isLogarithmic: true,
  },
});

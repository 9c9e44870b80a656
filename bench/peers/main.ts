import { amount } from '../command-line.js';
import { saveReport } from '../report/report.js';
import { toBar, toTable } from './comparison.js';
import { DIFFERENCES } from './differences.js';
import { compareServers } from './http/compare.js';
import { assertInstalled, installed } from './installed-peers.js';
import { compareLibraries } from './library/compare.js';
import { keepProcessorsAwake } from '../load/awake.js';
import { pin, PROCESSOR } from '../load/pin.js';
import { TEXT } from '../load/workloads.js';

const ROUNDS = amount({ usual: 3, quick: 1 });

assertInstalled();
keepProcessorsAwake();
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
      .join(', ')}, one alone at a time, in ${ROUNDS} rounds that each begin with another one. ` +
      'A rate is the median of the rounds, a ratio the median of the ratios of each round, with the ' +
      `least and the most of them. Every append is of one message that says ${TEXT.length} bytes.`,
    'Libraries run in a process of their own on processor 0, with a Redis of their own on ' +
      'processor 1, through their own clients: ioredis here, node-redis there. Each of those who ' +
      'append at once has a conversation of its own.',
    'Servers run on processor 0, and the generator of load on processor 1, which Redis shares with ' +
      'it: the peers keep all in memory and have that processor to themselves. They run with ' +
      'NODE_ENV=production and log errors alone; all have the same size of V8’s young generation. ' +
      'Every append of Conversation Store is of a user with a token that is verified, is in Redis ' +
      'before it is answered, and answers with the message, the version and an ETag. None has an ' +
      'Idempotency-Key, and the Redis of this benchmark writes nothing to disk.',
    'LangGraph appends by an update of a thread’s state, a POST of the message to ' +
      '/threads/:id/state, here of the smallest graph (or by a run of it, which does that and more). ' +
      'VoltAgent has a POST to /api/memory/save-messages.',
    'The bare handler is that of `npm run bench:limit`: the same scripts in the same Redis, and little ' +
      'else. It is no ceiling, but says what a simple server of this kind reaches here.',
    'Both processors are kept from sleeping (README.md), which counts for whoever has to do with another ' +
      'process: Conversation Store, and all libraries.',
    'Where others have part of the machine, the appends a second that the server’s processor worked ' +
      'say more than those a second of the clock. What Redis worked is not in them.',
    'Threads begin with as many messages as is said, and grow by what is appended: those of a fast ' +
      'server by some hundreds. After every run all messages are counted as they are read, and a ' +
      'server that has others than it has answered for ends the benchmark, as does an answer that ' +
      'is no success.',
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

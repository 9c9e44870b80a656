import '../../test/support/quiet-logs.js';
import { preventProcessorSleep } from '../load/awake.js';
import { saveReport, type Table } from '../report/report.js';
import type { Compared } from '../load/contenders.js';
import { compareBranches } from './branches.js';
import { COMPARED_COLUMNS, comparedRow } from './compared-table.js';
import { compareConversationLengths } from './conversation-lengths.js';
import { compareListLengths } from './list-lengths.js';
import { measureRedisBytes } from './redis-bytes.js';
import { measureRedisTime } from './redis-time.js';

preventProcessorSleep();
const lengths = await compareConversationLengths();
const branches = await compareBranches();
const lists = await compareListLengths();
const times = await measureRedisTime();
const bytes = await measureRedisBytes();

function byLength(what: string, compared: readonly Compared[]): Table {
  return {
    caption: `${what}. Goal: at most 1.10 times the first.`,
    columns: ['messages there', ...COMPARED_COLUMNS],
    rows: compared.map(comparedRow),
  };
}

function byBranches(what: string, compared: readonly Compared[]): Table {
  return {
    caption: `${what}. Goal: at most 1.20 times the first.`,
    columns: ['branches there', ...COMPARED_COLUMNS],
    rows: compared.map(comparedRow),
  };
}

function bars(what: string, compared: readonly Compared[]): { label: string; value: number }[] {
  return compared.map(({ name, times: { ms } }) => ({ label: `${what} ${name[0]}`, value: ms }));
}

saveReport('flat', {
  title: 'The same cost however much is stored',
  command: 'npm run bench:flat',
  text: [
    'The benchmark measures over HTTP, on Redis: appends to conversations of 10 to 10,000 messages, reads of ' +
      'their last messages, and pages of lists. Every round measures everything that is compared. A factor ' +
      "is the median of the factors of the rounds. The time of Redis' scripts is by Redis' own clock, which " +
      'goes on while the load has its processor.',
    'A conversation of 10 messages has no 50 to read. So the benchmark reads the last 10 of all conversations, ' +
      'and compares the last 50 with those of a conversation of 100 messages.',
  ],
  tables: [
    byLength('Append one message', lengths.appends),
    byLength('Read the last 10 messages', lengths.shortReads),
    byLength('Read the last 50 messages', lengths.longReads),
    byBranches('Append one message', branches.appends),
    byBranches('Read the last 50 messages of the active branch', branches.reads),
    {
      caption: 'A page of 20 conversations of a list. Goal: at most 1.20 times the first.',
      columns: ['own conversations', "others' conversations", 'page', ...COMPARED_COLUMNS],
      rows: lists.map(comparedRow),
    },
    {
      caption:
        'How long Redis works on an operation of the driver, with a processor for itself. Goal: at most 8 µs ' +
        'for an append.',
      columns: ['operation', 'at once', 'µs a call'],
      rows: times.map(({ operation, atOnce, microseconds }) => [
        operation,
        String(atOnce),
        microseconds.toFixed(1),
      ]),
    },
    {
      caption:
        "Redis' memory for each byte of text, in conversations of 100 messages of 500 bytes. Goal: at most 1.2.",
      columns: ['measured by', 'bytes a byte'],
      rows: [
        ['growth of used_memory', bytes.used.toFixed(3)],
        ['MEMORY USAGE of all keys', bytes.keys.toFixed(3)],
      ],
    },
  ],
  plot: {
    measure: 'median latency, times that of the shortest conversation',
    bars: [
      ...bars('append to', lengths.appends),
      ...bars('last 10 of', lengths.shortReads),
      ...bars('last 50 of', lengths.longReads),
    ],
    goal: 1.1,
  },
});

import { expect, it } from '@jest/globals';
import { recallTurn, recordTurn } from './turn-record.js';
import type { Turn } from './turn.js';

const CLAIM = { key: 'k', requestHash: 'a' };
const RUNNING: Turn = { id: 't1', conversationId: 'c', status: 'running', userSeq: 3 };
const COMPLETED: Turn = { ...RUNNING, status: 'completed', replies: { seq: 4, count: 1 } };
const NEXT: Turn = { ...RUNNING, id: 't2', userSeq: 5 };

it.each<[recorded: Turn, latest: Turn | undefined, recalled: Turn]>([
  [RUNNING, RUNNING, RUNNING],
  [RUNNING, COMPLETED, COMPLETED],
  [COMPLETED, NEXT, COMPLETED],
  [RUNNING, NEXT, { ...RUNNING, status: 'failed' }],
  [RUNNING, undefined, { ...RUNNING, status: 'failed' }],
])('a record of %j, with %j as the latest turn, answers %j', (recorded, latest, recalled) => {
  expect(recallTurn(recordTurn(CLAIM, recorded), CLAIM, 'c', latest)).toEqual(recalled);
});

it('is refused to another request, for another conversation, and for a write that is no turn', () => {
  const record = recordTurn(CLAIM, RUNNING);
  const write = { requestHash: 'a', id: 'c', firstSeq: 3, messageCount: 1 };
  const other = { ...CLAIM, requestHash: 'b' };
  expect(() => recallTurn(record, other, 'c', RUNNING)).toThrow('another request');
  expect(() => recallTurn(record, CLAIM, 'd', RUNNING)).toThrow('another request');
  expect(() => recallTurn(write, CLAIM, 'c', RUNNING)).toThrow('another request');
});

import { describe, expect, it } from '@jest/globals';
import type { IdempotencyRecord } from '../../domain/idempotency-record.js';
import type { Turn } from '../../domain/turn.js';
import { StoreFaultError } from '../store.errors.js';
import { decodeIdempotencyRecord, encodeIdempotencyRecord } from './idempotency-record.codec.js';

const WRITE: IdempotencyRecord = { requestHash: 'HASH', id: 'C', firstSeq: 3, messageCount: 2 };

function ofTurn(turn: Pick<Turn, 'status' | 'replies'>): IdempotencyRecord {
  const ref = { id: 'TURN', conversationId: 'C', userSeq: 3 };
  return { ...WRITE, messageCount: 1, turn: { ...ref, ...turn } };
}

describe('the codec of idempotency records', () => {
  // The words on the right are those that the scripts of Redis write.
  it.each<[string, IdempotencyRecord, string]>([
    ['a write', WRITE, 'HASH C 3 2'],
    ['a create without messages', { ...WRITE, firstSeq: 1, messageCount: 0 }, 'HASH C 1 0'],
    ['a turn that runs', ofTurn({ status: 'running' }), 'HASH C 3 1 TURN running 0 0'],
    ['a turn without replies', ofTurn({ status: 'failed' }), 'HASH C 3 1 TURN failed 0 0'],
    [
      'a turn with replies',
      ofTurn({ status: 'completed', replies: { seq: 4, count: 2 } }),
      'HASH C 3 1 TURN completed 4 2',
    ],
  ])('writes the words of %s, and reads them', (_, record, words) => {
    expect(encodeIdempotencyRecord(record)).toBe(words);
    expect(decodeIdempotencyRecord(words)).toEqual(record);
  });

  it('ignores the words of a newer process', () => {
    expect(decodeIdempotencyRecord('HASH C 3 2 newer words')).toEqual(WRITE);
    expect(decodeIdempotencyRecord('HASH C 3 1 TURN failed 0 0 newer words')).toEqual(
      ofTurn({ status: 'failed' }),
    );
  });

  it.each(['', 'HASH', 'HASH C', 'HASH C 1', 'HASH C x 1', ' C 1 1', 'HASH C 0 1 TURN failed 0 0'])(
    'calls %j a fault',
    (words) => {
      expect(() => decodeIdempotencyRecord(words)).toThrow(StoreFaultError);
    },
  );
});

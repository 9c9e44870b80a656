import { setImmediate } from 'node:timers/promises';
import type { BranchedConversation } from '../../domain/conversation.js';
import type { Span } from '../../domain/message-range.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import { resealMessage } from '../codecs/message.codec.js';
import type { Sealing } from '../sealing/sealing.js';
import { bodiesOf, messagesMissing, seqsIn, type BodiesRow } from './codecs/page-row.js';
import { bytesOfBodies } from './codecs/quota-bytes.js';
import type { PostgresTransaction } from './connection/transaction.js';
import { changedMeanwhile } from './postgres.changes.js';
import { ADD_FORKED, READ_FORKED } from './statements/fork.js';

/** What is read at a time, and about what is written at a time: a process holds no more of a fork. */
const CHUNK = { messages: 1_000, bytes: 1024 * 1024 } as const;

/** Messages that are opened and sealed between two looks at other requests. Some are compressed. */
const AT_ONCE = 50;

/** The copy of some messages of a conversation. */
export interface ForkCopy {
  readonly owner: Owner;
  readonly source: BranchedConversation;
  readonly spans: readonly Span[];
  /** The id of the fork. */
  readonly forkId: string;
}

/**
 * Copies messages into a conversation that is not there yet. What is sealed is bound to its conversation, so each message is
 * opened, and sealed anew.
 * @param onBytes takes the bytes of all that is copied by then, before it is written
 * @returns these bytes
 * @throws ConversationDamagedError, what `onBytes` throws, and what makes the fork begin again: the source was deleted
 */
export async function copyMessages(
  transaction: PostgresTransaction,
  { owner, source, spans, forkId }: ForkCopy,
  sealing: Sealing,
  onBytes: (bytes: number) => void,
): Promise<number> {
  const [from, to] = [sealing.of(owner, source.id), sealing.of(owner, forkId)];
  const key = ownerKey(owner);
  const seqs = seqsIn(spans);
  let bytes = 0;
  let added = 0;
  const add = async (bodies: readonly string[]): Promise<void> => {
    bytes += bytesOfBodies(bodies);
    onBytes(bytes);
    const values = { owner: key, id: forkId, firstSeq: added + 1, bodies: bodies.join('\n') };
    await transaction.run(ADD_FORKED, ADD_FORKED.values(values));
    added += bodies.length;
  };
  while (added < seqs.length) {
    const next = seqs.slice(added, added + CHUNK.messages);
    const batch = new Batch();
    for (const [i, body] of (await readForked(transaction, key, source, next)).entries()) {
      batch.push(resealMessage(source.id, next[i] as number, body, from, to));
      if (batch.bytes >= CHUNK.bytes) await add(batch.take());
      else if (i % AT_ONCE === AT_ONCE - 1) await setImmediate();
    }
    if (batch.bytes > 0) await add(batch.take());
  }
  return bytes;
}

/** Bodies that wait to be written. */
class Batch {
  bytes = 0;
  private bodies: string[] = [];

  push(body: string): void {
    this.bodies.push(body);
    this.bytes += Buffer.byteLength(body);
  }

  take(): readonly string[] {
    const { bodies } = this;
    this.bodies = [];
    this.bytes = 0;
    return bodies;
  }
}

/** The first of these messages: as many as fit into a chunk. */
async function readForked(
  transaction: PostgresTransaction,
  owner: string,
  { id: sourceId, createdAt: sourceCreatedAt }: BranchedConversation,
  seqs: readonly number[],
): Promise<readonly string[]> {
  const values = {
    owner,
    sourceId,
    sourceCreatedAt,
    firsts: seqs.filter((seq, i) => seqs[i - 1] !== seq - 1),
    lasts: seqs.filter((seq, i) => seqs[i + 1] !== seq + 1),
  };
  const [row] = await transaction.run<BodiesRow>(
    READ_FORKED,
    READ_FORKED.values({ ...values, pageBytes: CHUNK.bytes }),
  );
  if (!row) throw changedMeanwhile();
  if (row.found !== seqs.length) throw messagesMissing(sourceId);
  return bodiesOf(row);
}

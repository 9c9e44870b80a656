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

/** What is copied at a time, so that a process holds few messages, and serves others between two chunks. */
const CHUNK = { messages: 100, bytes: 1024 * 1024 } as const;

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
  for (let copied = 0; copied < seqs.length;) {
    const next = seqs.slice(copied, copied + CHUNK.messages);
    const bodies = await readForked(transaction, key, source, next);
    const forked = bodies.map((body, i) =>
      resealMessage(source.id, next[i] as number, body, from, to),
    );
    bytes += bytesOfBodies(forked);
    onBytes(bytes);
    const values = { owner: key, id: forkId, firstSeq: copied + 1, bodies: forked.join('\n') };
    await transaction.run(ADD_FORKED, ADD_FORKED.values(values));
    copied += forked.length;
  }
  return bytes;
}

/** The first of these messages: as many as fit into a chunk. */
async function readForked(
  transaction: PostgresTransaction,
  owner: string,
  { id: sourceId, createdAt: sourceCreatedAt }: BranchedConversation,
  seqs: readonly number[],
): Promise<readonly string[]> {
  const values = { owner, sourceId, sourceCreatedAt, seqs, limit: seqs.length };
  const [row] = await transaction.run<BodiesRow>(
    READ_FORKED,
    READ_FORKED.values({ ...values, pageBytes: CHUNK.bytes }),
  );
  if (!row) throw changedMeanwhile();
  if (row.found !== seqs.length) throw messagesMissing(sourceId);
  return bodiesOf(row);
}

import { MAX_MESSAGES_PER_WRITE } from '../../domain/message.js';
import type { Dialogue, MessagePlace } from './dialogue.js';

/** Bounds of a batch as JSON, well below what the service accepts (1 MiB, 50,000 values). */
const BATCH_LIMITS = { bytes: 512 * 1024, values: 40_000 } as const;

export interface MessageBatch {
  /** The index of its first message in the dialogue. */
  readonly start: number;
  readonly messages: readonly unknown[];
  /** Where they go; behind the messages before them when absent. */
  readonly place?: MessagePlace | undefined;
}

/**
 * The messages from the index `start` on, in order and in batches that the service accepts. A branch begins a batch. A batch
 * has at least one message, even one that is too large: the service then says what it refuses.
 */
export function* toBatches(
  { messages, places }: Pick<Dialogue, 'messages' | 'places'>,
  start = 0,
): Generator<MessageBatch> {
  let first = start;
  let bytes = 0;
  let values = 0;
  for (let i = start; i < messages.length; i++) {
    const weight = weigh(messages[i]);
    const isFull =
      i - first === MAX_MESSAGES_PER_WRITE ||
      places.has(i) ||
      bytes + weight.bytes > BATCH_LIMITS.bytes ||
      values + weight.values > BATCH_LIMITS.values;
    if (isFull && i > first) {
      yield { start: first, messages: messages.slice(first, i), place: places.get(first) };
      first = i;
      bytes = 0;
      values = 0;
    }
    bytes += weight.bytes;
    values += weight.values;
  }
  if (first === messages.length) return;
  yield { start: first, messages: messages.slice(first), place: places.get(first) };
}

/** Counts commas and brackets in texts as values too. A batch may thus be too small, never too large. */
function weigh(message: unknown): { bytes: number; values: number } {
  const json = JSON.stringify(message);
  return { bytes: Buffer.byteLength(json) + 1, values: json.match(/[,[{]/g)?.length ?? 0 };
}

import type { PageBudget } from '../../domain/page-budget.js';
import type { ScriptConnection } from './script-connection.js';

/** Bytes of messages that one command is expected to fetch, and those that it fetches at most. */
const CHUNK_BYTES = { expected: 256 * 1024, most: 1024 * 1024 } as const;

/** The messages of a page by their seqs, `first` to `last`; their elements are not read yet. */
export interface Span {
  readonly first: number;
  readonly last: number;
  /** Whether the page begins with its last message. */
  readonly isBackwards: boolean;
}

/** The list that a span lies in. */
export interface MessageList {
  readonly key: string;
  /** The seq of the message in front of the first element. */
  readonly base: number;
  /** Bytes of its largest message. */
  readonly largest: number;
}

/**
 * Fetches the elements of a span without Lua and in order of `seq`: as many as the budget admits. Undefined when
 * the list ends before them.
 */
export async function fetchInChunks(
  redis: Pick<ScriptConnection, 'readList'>,
  { key, base, largest }: MessageList,
  { first, last, isBackwards }: Span,
  budget: PageBudget,
): Promise<string[] | undefined> {
  const total = last - first + 1;
  // In the order in which they are read.
  const elements: string[] = [];
  let bytes = 0;
  for (let isFull = false; !isFull && elements.length < total;) {
    const expected = elements.length > 0 ? bytes / elements.length : largest;
    const wanted = Math.min(CHUNK_BYTES.expected, budget.bytesLeft) / expected;
    const length = Math.max(1, Math.ceil(Math.min(wanted, CHUNK_BYTES.most / largest)));
    const count = Math.min(total - elements.length, length);
    const seq = isBackwards ? last - elements.length - count + 1 : first + elements.length;
    const start = seq - 1 - base;
    const chunk = await redis.readList(key, start, start + count - 1);
    if (chunk.length < count) return undefined;
    if (isBackwards) chunk.reverse();
    for (const element of chunk) {
      const size = Buffer.byteLength(element);
      isFull = !budget.admits(size);
      if (isFull) break;
      bytes += size;
      elements.push(element);
    }
  }
  return isBackwards ? elements.reverse() : elements;
}

import type { Span } from '../../domain/message-range.js';
import type { PageBudget } from '../../domain/page-budget.js';
import { takeMessages } from './message-spans.js';
import type { ScriptConnection } from './script-connection.js';

/** Bytes of messages that are expected to be fetched at once, and those that are fetched at most. */
const CHUNK_BYTES = { expected: 256 * 1024, most: 1024 * 1024 } as const;

/** The messages of a page by their seqs; their elements are not read yet. */
export interface MessagesToFetch {
  readonly spans: readonly Span[];
  /** Whether the page begins with its last message. */
  readonly isBackwards: boolean;
}

/** The list that the messages lie in. */
export interface MessageList {
  readonly key: string;
  /** The seq of the message in front of the first element. */
  readonly base: number;
  /** Bytes of its largest message. */
  readonly largest: number;
}

/**
 * Fetches elements without Lua and in order of `seq`: as many as the budget admits. Undefined when the list ends before
 * them.
 * @param open makes of an element what is to be counted and returned; it is called for no more of them than that
 */
export async function fetchInChunks(
  redis: Pick<ScriptConnection, 'readList'>,
  { key, base, largest }: MessageList,
  { spans, isBackwards }: MessagesToFetch,
  budget: PageBudget,
  open: (seq: number, element: string) => string,
): Promise<string[] | undefined> {
  const left = [...spans];
  // In the order in which they are read.
  const elements: string[] = [];
  let bytes = 0;
  for (let isFull = false; !isFull && left.length > 0;) {
    const expected = elements.length > 0 ? bytes / elements.length : largest;
    const wanted = Math.min(CHUNK_BYTES.expected, budget.bytesLeft) / expected;
    const count = Math.max(1, Math.ceil(Math.min(wanted, CHUNK_BYTES.most / largest)));
    const next = takeMessages(left, count, { fromEnd: isBackwards });
    const chunks = await Promise.all(
      next.map(({ first, last }) => redis.readList(key, first - 1 - base, last - 1 - base)),
    );
    for (const [i, { first, last }] of next.entries()) {
      const chunk = chunks[i] as string[];
      if (chunk.length <= last - first) return undefined;
      if (isBackwards) chunk.reverse();
      for (const [k, stored] of chunk.entries()) {
        if (isFull) break;
        const element = open(isBackwards ? last - k : first + k, stored);
        isFull = !budget.admits(Buffer.byteLength(element));
        if (isFull) break;
        bytes += Buffer.byteLength(stored);
        elements.push(element);
      }
    }
  }
  return isBackwards ? elements.reverse() : elements;
}

import { Readable } from 'node:stream';
import type { FollowedEvent } from './turn-follower.js';

/** Tells the AI SDK that this is its own stream, and proxies that they must not buffer it. */
export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Vercel-AI-UI-Message-Stream': 'v1',
} as const;

/** Without a byte for longer than this, a proxy may close the connection. */
const PING_MS = 15_000;

/** Bytes that are buffered for a client. The default of Node 22 is four times as many. */
const BUFFER_BYTES = 16 * 1024;

type Batches = AsyncIterable<readonly FollowedEvent[]>;

/** Server-sent events, made as the client reads them: a slow client holds one batch in memory. */
export function toEventStream(batches: Batches): Readable {
  return Readable.from(toText(batches), { objectMode: false, highWaterMark: BUFFER_BYTES });
}

export async function* toText(
  batches: Batches,
  clock: () => number = () => performance.now(),
): AsyncGenerator<string> {
  // Node sends the headers with the first text. The first batch always sends some, so that a client
  // that resumes gets its answer at once.
  let writtenAt = -Infinity;
  for await (const events of batches) {
    if (events.length === 0 && clock() - writtenAt < PING_MS) continue;
    writtenAt = clock();
    if (events.length === 0) yield ': ping\n\n';
    // One text, and so one write, of all that there is.
    else yield events.map(toEvent).join('');
  }
  yield 'data: [DONE]\n\n';
}

function toEvent({ seq, data }: FollowedEvent): string {
  return `${seq === undefined ? '' : `id: ${seq}\n`}data: ${data}\n\n`;
}

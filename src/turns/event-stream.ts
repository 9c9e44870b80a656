import { Readable } from 'node:stream';
import type { FollowedEvent } from './turn-follower.js';

/** How the AI SDK knows its own stream, and proxies that they must not hold it back. */
export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Vercel-AI-UI-Message-Stream': 'v1',
} as const;

/** Silence after which those in between may take a connection for dead. */
const PING_MS = 15_000;

/** Bytes that are made ahead of the reader: Node's default is four times as many since Node 22. */
const AHEAD = 16 * 1024;

/** Server-sent events, made as they are read: a reader that is slow holds no more than a batch. */
export function toEventStream(batches: AsyncIterable<readonly FollowedEvent[]>): Readable {
  return Readable.from(toText(batches), { objectMode: false, highWaterMark: AHEAD });
}

export async function* toText(
  batches: AsyncIterable<readonly FollowedEvent[]>,
  clock: () => number = () => performance.now(),
): AsyncGenerator<string> {
  // Headers go with the first text: a reader that resumes learns at once that it is heard.
  let writtenAt = -Infinity;
  for await (const events of batches) {
    if (events.length === 0 && clock() - writtenAt < PING_MS) continue;
    writtenAt = clock();
    if (events.length === 0) yield ': ping\n\n';
    for (const event of events) yield toEvent(event);
  }
  yield 'data: [DONE]\n\n';
}

function toEvent({ seq, data }: FollowedEvent): string {
  return `${seq === undefined ? '' : `id: ${seq}\n`}data: ${data}\n\n`;
}

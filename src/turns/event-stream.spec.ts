import { once } from 'node:events';
import { Writable } from 'node:stream';
import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { toEventStream, toText } from './event-stream.js';
import type { FollowedEvent } from './turn-follower.js';

describe('server-sent events', () => {
  it('carry their numbers, and end with [DONE]', async () => {
    const batches = [
      [
        { seq: 1, data: '{"a":1}' },
        { seq: 2, data: '2' },
      ],
      [{ data: '"last"' }],
    ];
    expect(await read(batches)).toEqual([
      'id: 1\ndata: {"a":1}\n\nid: 2\ndata: 2\n\n',
      'data: "last"\n\n',
      'data: [DONE]\n\n',
    ]);
  });

  it('ping at once, so that headers go, and then every 15 seconds of silence', async () => {
    const nothing = Array.from({ length: 40 }, () => []);
    const texts = await read([...nothing, [{ seq: 1, data: '1' }], ...nothing], 1_000);
    expect(texts.map((text) => text.split('\n')[0])).toEqual([
      ': ping',
      ': ping',
      ': ping',
      'id: 1',
      ': ping',
      ': ping',
      'data: [DONE]',
    ]);
  });
});

describe('a reader that does not read', () => {
  it('is read for no further than a batch or two, and no more when it goes', async () => {
    let batches = 0;
    let isOver = false;
    async function* endless(): AsyncGenerator<readonly FollowedEvent[]> {
      try {
        for (;;) {
          batches += 1;
          yield Array.from({ length: 17 }, (_, i) => ({ seq: i, data: '"x"'.padEnd(1_000) }));
        }
      } finally {
        isOver = true;
      }
    }
    const stream = toEventStream(endless());
    let written = 0;
    const stalled = new Writable({ highWaterMark: 16 * 1024, write: () => (written += 1) });
    stream.pipe(stalled);
    // All that could go on has had its time.
    for (let i = 0; i < 1_000; i++) await nextTick();
    expect([written, stream.isPaused()]).toEqual([1, true]);
    expect(batches).toBeLessThanOrEqual(3);
    stream.destroy();
    await once(stream, 'close');
    expect(isOver).toBe(true);
  });
});

/** The texts of batches, with that many milliseconds between them. */
async function read(
  batches: readonly (readonly FollowedEvent[])[],
  apartMs = 0,
): Promise<string[]> {
  let now = 0;
  async function* timed(): AsyncGenerator<readonly FollowedEvent[]> {
    for (const batch of batches) {
      yield batch;
      now += apartMs;
    }
  }
  const texts: string[] = [];
  for await (const text of toText(timed(), () => now)) texts.push(text);
  return texts;
}

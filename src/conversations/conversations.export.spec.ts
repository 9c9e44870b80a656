import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { setImmediate as settled } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { lazyStream } from '../http/lazy-stream.js';
import { MemoryConversationStore } from '../store/memory/memory.store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { ConversationsExport } from './conversations.export.js';

const OWNER = { tenantId: 't', userId: 'u' };
const PAGE_BYTES = 10_000;
const MESSAGES = 100;

describe('an export', () => {
  let store: MemoryConversationStore;
  let exports: ConversationsExport;
  let reads: number;

  beforeEach(async () => {
    store = new MemoryConversationStore({
      maxBytes: 10_000_000,
      ttlMs: 600_000,
      maxMessagesPerConversation: 1_000,
      maxConversationsPerUser: 10,
      pageBytes: PAGE_BYTES,
    });
    exports = new ConversationsExport(store);
    const messages = Array.from({ length: MESSAGES }, () => ({
      id: randomUUID(),
      role: 'user' as const,
      parts: [{ type: 'text', text: 'x'.repeat(1_000) }],
    }));
    for (const each of [messages, []]) {
      await store.create(OWNER, { id: randomUUID(), metadata: {}, messages: each });
    }
    const read = store.read.bind(store);
    reads = 0;
    store.read = (...args) => {
      reads++;
      return read(...args);
    };
  });

  it('comes in pieces of about a page, and together they are all lines', async () => {
    const pieces: string[] = [];
    for await (const piece of await exports.open(OWNER)) pieces.push(piece);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(2 * PAGE_BYTES);
    const lines = pieces.join('').trimEnd().split('\n');
    const exported = lines.map((line) => JSON.parse(line) as { messages: { seq: number }[] });
    expect(exported.map(({ messages }) => messages.map(({ seq }) => seq)).sort(byLength)).toEqual([
      [],
      Array.from({ length: MESSAGES }, (_, i) => i + 1),
    ]);
  });

  it('has a deadline of null where there is none', async () => {
    const limits = { maxMessagesPerConversation: 9, maxConversationsPerUser: 9, pageBytes: 9 };
    const endless = new MemoryConversationStore({ maxBytes: 10_000, ttlMs: null, ...limits });
    await endless.create(OWNER, { id: randomUUID(), metadata: {}, messages: [] });
    let text = '';
    for await (const piece of await new ConversationsExport(endless).open(OWNER)) text += piece;
    expect(JSON.parse(text)).toMatchObject({ expiresAt: null, messages: [] });
  });

  it('leaves out what is appended meanwhile', async () => {
    const [id = ''] = await store.listIds(OWNER);
    let text = '';
    for await (const piece of await exports.open(OWNER)) {
      if (text === '') {
        const parts = [{ type: 'text', text: 'late' }];
        await store.append(OWNER, id, [{ id: randomUUID(), role: 'user', parts }]);
      }
      text += piece;
    }
    expect(text).not.toContain('late');
    expect(text.split('"seq":')).toHaveLength(MESSAGES + 1);
  });

  it('breaks off where the store can answer from its archive only', async () => {
    const read = store.read.bind(store);
    store.read = async (...args) => ({
      ...(await read(...args)),
      ...(reads > 1 && { source: 'archive' }),
    });
    const pieces: string[] = [];
    const all = async (): Promise<void> => {
      for await (const piece of await exports.open(OWNER)) pieces.push(piece);
    };
    await expect(all()).rejects.toThrow(StoreUnavailableError);
    expect(pieces).toHaveLength(1);
  });

  it('waits for its reader before it reads more', async () => {
    const stream = lazyStream(await exports.open(OWNER));
    let proceed: (() => void) | undefined;
    const reader = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, written) => {
        proceed = written;
      },
    });
    stream.pipe(reader);
    for (let pieces = 1; pieces <= 3; pieces++) {
      for (let i = 0; i < 20; i++) await settled();
      expect(reads).toBe(pieces);
      proceed?.();
    }
    stream.destroy();
    await once(stream, 'close');
    for (let i = 0; i < 20; i++) await settled();
    expect(reads).toBeLessThanOrEqual(4);
  });
});

function byLength(a: readonly unknown[], b: readonly unknown[]): number {
  return a.length - b.length;
}

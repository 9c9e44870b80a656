import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  CONVERSATION_STATUSES,
  type Conversation,
  type ConversationMetadata,
  type ConversationStore,
  type Message,
  type MessagePage,
  type MessageRange,
  type NewMessage,
  type Owner,
} from 'conversation-store';
import { aConversation, inListOrder, texts, type Workbench } from './workbench.js';

const PAGE_BYTES = 1024 * 1024;
const LARGE = 60_000;
const COUNT = 200;
const EVERY_SEQ = Array.from({ length: COUNT }, (_, i) => i + 1);

/** A page has "about" its bytes: drivers store a message with different bytes around its text. */
const MOST_BYTES = PAGE_BYTES;
const FEWEST_BYTES = PAGE_BYTES - 2 * LARGE;

/** Pages have a budget of bytes. */
export function pagesContract(bench: Workbench): void {
  bench.describe('a page', () => {
    bench.it('of large messages ends early, and the next one goes on', async (store, owner) => {
      const id = await withLargeMessages(store, owner);
      const newer = await readPages(store, owner, id, { limit: COUNT, from: { after: 0 } });
      assert.deepEqual(seqsOf(newer), EVERY_SEQ);
      const older = await readPages(store, owner, id, { limit: COUNT, from: 'end' });
      assert.deepEqual(seqsOf(older.reverse()), EVERY_SEQ);
      for (const pages of [newer.slice(0, -1), older.slice(1)]) {
        assert.ok(pages.length >= 11);
        for (const { messages } of pages) assertFull(messages);
      }
    });

    bench.it('holds the messages next to where its range begins', async (store, owner) => {
      const id = await withLargeMessages(store, owner);
      const latest = await store.read(owner, id, { limit: COUNT, from: 'end' });
      assert.equal(latest.messages.at(-1)?.seq, COUNT);
      assert.equal(latest.hasMore, true);
      const before = await store.read(owner, id, { limit: COUNT, from: { before: 101 } });
      assert.equal(before.messages.at(-1)?.seq, 100);
      assert.equal(before.hasMore, true);
      const after = await store.read(owner, id, { limit: COUNT, from: { after: 100 } });
      assert.equal(after.messages[0]?.seq, 101);
      assert.equal(after.hasMore, true);
      const few = await store.read(owner, id, { limit: 3, from: { before: 4 } });
      assert.deepEqual([seqsOf([few]), few.hasMore], [[1, 2, 3], false]);
    });

    bench.it('of messages of all sizes has each once', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      const sizes = [1, 50_000, 10, 10, 3_000, 60_000, 60_000, 200, 1, 1];
      for (let i = 0; i < 4; i++) {
        const contents = Array.from({ length: 10 }, (_, k) =>
          'ä'.repeat((sizes[(i + k) % sizes.length] as number) / 2),
        );
        await store.append(owner, draft.id, texts(...contents));
      }
      const seqs = EVERY_SEQ.slice(0, 40);
      for (const limit of [7, 40]) {
        const newer = await readPages(store, owner, draft.id, { limit, from: { after: 0 } });
        assert.deepEqual(seqsOf(newer), seqs);
        const older = await readPages(store, owner, draft.id, { limit, from: 'end' });
        assert.deepEqual(seqsOf(older.reverse()), seqs);
      }
    });

    bench.it(
      'has at least one message, however small a page may be',
      async (store, owner) => {
        const draft = aConversation({ messages: texts('a', 'b', 'c') });
        await store.create(owner, draft);
        const pages = await readPages(store, owner, draft.id, { limit: 9, from: { after: 0 } });
        assert.deepEqual(
          pages.map((page) => seqsOf([page])),
          [[1], [2], [3]],
        );
        const none = await store.read(owner, draft.id, { limit: 0, from: 'end' });
        assert.deepEqual([none.messages, none.hasMore], [[], true]);
      },
      { pageBytes: 1 },
    );

    bench.it('does not cut the answer to a repeated write', async (store, owner) => {
      const idempotency = { key: 'key', requestHash: 'hash' };
      const messages = texts(...Array<string>(30).fill('x'.repeat(LARGE)));
      const draft = aConversation({ messages });
      const first = await store.create(owner, draft, { idempotency });
      const again = await store.create(owner, draft, { idempotency });
      assert.equal(again.replayed, true);
      assert.deepEqual(again.messages, first.messages);
    });

    bench.it('does not cut the replies of a turn that is ended again', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      const [message] = texts('hi');
      const turn = { id: randomUUID(), onConflict: 'reject', leaseMs: 60_000 } as const;
      await store.beginTurn(owner, draft.id, {
        ...turn,
        input: { message: message as NewMessage },
      });
      const ref = { owner, conversationId: draft.id, turnId: turn.id };
      const replies = texts(...Array<string>(30).fill('x'.repeat(LARGE)));
      const ending = { end: 'completed', replies, events: [] } as const;
      const first = await store.endTurn(ref, ending);
      assert.deepEqual(seqsOf([first]), EVERY_SEQ.slice(1, 31));
      const again = await store.endTurn(ref, { ...ending, replies: texts('other') });
      assert.deepEqual(again, first);
    });

    bench.it(
      'of a list ends early, and the next one goes on',
      async (store, owner) => {
        const all: Conversation[] = [];
        for (let i = 0; i < 30; i++) {
          const metadata = largeMetadata();
          const { conversation } = await store.create(owner, aConversation({ metadata }));
          all.push(conversation);
        }
        const pages = await listConversations(store, owner, 12);
        assert.deepEqual(
          pages.flat().map(({ id }) => id),
          inListOrder(all),
        );
        assert.deepEqual(
          pages.flat().map(withoutTimes).sort(byId),
          all.map(withoutTimes).sort(byId),
        );
        // 27,000 bytes each.
        for (const page of pages) assert.ok(page.length <= 7);
        for (const page of pages.slice(0, -1)) assert.ok(page.length >= 6);
      },
      { pageBytes: 200_000 },
    );

    bench.it(
      'of a list has at least one conversation, and ends without an empty one',
      async (store, owner) => {
        for (let i = 0; i < 3; i++) await store.create(owner, aConversation({ title: 'title' }));
        const pages = await listConversations(store, owner, 2);
        assert.deepEqual(
          pages.map(({ length }) => length),
          [1, 1, 1],
        );
      },
      { pageBytes: 1 },
    );
  });
}

/** 200 messages of 60 KB. */
async function withLargeMessages(store: ConversationStore, owner: Owner): Promise<string> {
  const draft = aConversation();
  await store.create(owner, draft);
  for (let i = 0; i < COUNT; i += 10) {
    await store.append(owner, draft.id, texts(...Array<string>(10).fill('x'.repeat(LARGE))));
  }
  return draft.id;
}

/** The pages that a client reads by following `hasMore`. */
async function readPages(
  store: ConversationStore,
  owner: Owner,
  id: string,
  { limit, from }: MessageRange,
): Promise<MessagePage[]> {
  const pages: MessagePage[] = [];
  const isForwards = from !== 'end' && 'after' in from;
  for (let next = from; ;) {
    const page = await store.read(owner, id, { limit, from: next });
    pages.push(page);
    const last = page.messages.at(isForwards ? -1 : 0);
    if (!page.hasMore || !last) return pages;
    next = isForwards ? { after: last.seq } : { before: last.seq };
  }
}

/** The pages that a client reads by following `next`. */
async function listConversations(
  store: ConversationStore,
  owner: Owner,
  limit: number,
): Promise<Conversation[][]> {
  const pages: Conversation[][] = [];
  for (let page = await store.list(owner, { limit, statuses: CONVERSATION_STATUSES }); ;) {
    pages.push([...page.conversations]);
    if (!page.next) return pages;
    page = await store.list(owner, { limit, statuses: CONVERSATION_STATUSES, after: page.next });
  }
}

function seqsOf(pages: readonly Pick<MessagePage, 'messages'>[]): number[] {
  return pages.flatMap(({ messages }) => messages.map(({ seq }) => seq));
}

function assertFull(messages: readonly Message[]): void {
  const bytes = messages.length * LARGE;
  assert.ok(bytes <= MOST_BYTES && bytes >= FEWEST_BYTES, `A page has ${bytes} bytes of text.`);
}

/** 16 keys with 512 characters of three bytes each and more. */
function largeMetadata(): ConversationMetadata {
  const names = Array.from({ length: 16 }, (_, i) => `${i}-${randomUUID()}`);
  return Object.fromEntries(names.map((name) => [name, '語'.repeat(512)]));
}

function withoutTimes({ id, metadata }: Conversation): Pick<Conversation, 'id' | 'metadata'> {
  return { id, metadata };
}

function byId(a: Pick<Conversation, 'id'>, b: Pick<Conversation, 'id'>): number {
  return a.id < b.id ? -1 : 1;
}

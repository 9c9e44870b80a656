import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ConversationStore, MessageRange, Owner } from 'conversation-store';
import { aConversation, rejectsWith, texts, type Workbench } from './workbench.js';

export function readContract(bench: Workbench): void {
  bench.describe('read', () => {
    const ranges: [string, MessageRange, number[], boolean][] = [
      ['the last ones', { limit: 2, from: 'end' }, [4, 5], true],
      ['all of them', { limit: 5, from: 'end' }, [1, 2, 3, 4, 5], false],
      ['no more than there are', { limit: 50, from: 'end' }, [1, 2, 3, 4, 5], false],
      ['none', { limit: 0, from: 'end' }, [], true],
      ['those before a seq', { limit: 2, from: { before: 4 } }, [2, 3], true],
      ['the first ones', { limit: 2, from: { before: 3 } }, [1, 2], false],
      ['nothing before the first', { limit: 2, from: { before: 1 } }, [], false],
      ['the last ones before a seq to come', { limit: 2, from: { before: 99 } }, [4, 5], true],
      ['those after a seq', { limit: 2, from: { after: 2 } }, [3, 4], true],
      ['the last after a seq', { limit: 2, from: { after: 3 } }, [4, 5], false],
      ['from the beginning', { limit: 2, from: { after: 0 } }, [1, 2], true],
      ['nothing after the last', { limit: 2, from: { after: 5 } }, [], false],
      ['nothing after a seq to come', { limit: 2, from: { after: 99 } }, [], false],
    ];
    for (const [name, range, seqs, hasMore] of ranges) {
      bench.it(`reads ${name}`, async (store, owner) => {
        const id = await withFiveMessages(store, owner);
        const page = await store.read(owner, id, range);
        assert.deepEqual(
          page.messages.map(({ seq, parts }) => [seq, parts[0]?.['text']]),
          seqs.map((seq) => [seq, `text ${seq}`]),
        );
        assert.equal(page.hasMore, hasMore);
        assert.equal(page.conversation.messageCount, 5);
      });
    }

    bench.it('does not count as access', async (store, owner) => {
      const draft = aConversation();
      const { conversation } = await store.create(owner, draft);
      await bench.elapse(20);
      const read = await store.read(owner, draft.id, { limit: 0, from: 'end' });
      assert.deepEqual(read.conversation, conversation);
    });

    const outOfRange: MessageRange[] = [
      { limit: -1, from: 'end' },
      { limit: 1, from: { before: 0 } },
      { limit: 1, from: { after: -1 } },
    ];
    for (const range of outOfRange) {
      bench.it(`takes no range such as ${JSON.stringify(range)}`, async (store, owner) => {
        const id = await withFiveMessages(store, owner);
        await assert.rejects(store.read(owner, id, range), RangeError);
      });
    }

    bench.it('finds no part of a conversation under an id of its own', async (store, owner) => {
      const id = await withFiveMessages(store, owner);
      for (const part of [`${id}:messages`, `${id}*`, '']) {
        const reading = store.read(owner, part, { limit: 1, from: 'end' });
        await rejectsWith(reading, 'conversation-not-found');
        await rejectsWith(store.delete(owner, part), 'conversation-not-found');
      }
      await store.read(owner, id, { limit: 1, from: 'end' });
    });

    bench.it('knows no conversation that never was', async (store, owner) => {
      const reading = store.read(owner, randomUUID(), { limit: 1, from: 'end' });
      await rejectsWith(reading, 'conversation-not-found');
    });
  });
}

async function withFiveMessages(store: ConversationStore, owner: Owner): Promise<string> {
  const messages = texts('text 1', 'text 2', 'text 3', 'text 4', 'text 5');
  const draft = aConversation({ messages });
  await store.create(owner, draft);
  return draft.id;
}

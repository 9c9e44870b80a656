import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CONVERSATION_STATUSES,
  ConversationDamagedError,
  type MessageRange,
} from 'conversation-store';
import {
  MAX_BRANCHES,
  placeMessages,
  spansOf,
  type MessageTree,
} from '../../src/domain/branches.js';
import { FUZZ } from '../fuzz/fuzz-parameters.js';
import { aMessage, branchRecord, RedisBranchBench } from '../support/redis-branches.js';

describe('branches in Redis', () => {
  let bench: RedisBranchBench;
  beforeAll(async () => {
    bench = await RedisBranchBench.start();
  });
  afterAll(() => bench.stop());
  beforeEach(() => bench.create(3));

  describe('a linear conversation', () => {
    it('has no word and no field of them', async () => {
      await bench.append();
      await bench.end(await bench.begin({ message: aMessage() }));
      await bench.append({ parentSeq: 6 });
      await bench.store.update(bench.owner, bench.id, { title: 'x' });
      expect(await bench.words()).toHaveLength(8);
      expect(await bench.redis.hkeys(bench.keys.conversationKey)).not.toContain('branches');
    });

    it('is appended to and read without a command more', async () => {
      const commands = async (): Promise<string[]> => {
        await bench.redis.config('RESETSTAT');
        await bench.append();
        await bench.seqsOf();
        const stats = await bench.redis.info('commandstats');
        const names = [...stats.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)];
        return names.map(([, name, calls]) => `${name} ${calls}`);
      };
      // The first call loads the scripts.
      await commands();
      const linear = await commands();
      expect(linear.join()).not.toMatch(/\bhget /);
      await bench.append({ parentSeq: 1 });
      // An append behind the leaf needs none of the branches: the page reads them.
      expect((await commands()).join()).toMatch(/\bhget 1\b/);
    });

    it('that was cut short has a word of its leaf, and no field', async () => {
      await bench.store.update(bench.owner, bench.id, { leafSeq: 2 });
      expect((await bench.words())[8]).toBe('2');
      expect(await bench.seqsOf()).toEqual([1, 2]);
      await bench.store.update(bench.owner, bench.id, { leafSeq: 3 });
      expect([(await bench.words())[8], await bench.branches()]).toEqual(['0', null]);
      await bench.append();
      expect(await bench.seqsOf()).toEqual([1, 2, 3, 4]);
      expect(await bench.branches()).toBeNull();
    });
  });

  describe('the head of an older process', () => {
    it('without a size of the largest message gets one with its first branch', async () => {
      await bench.setWords((all) => all.slice(0, 7));
      expect(await bench.seqsOf()).toEqual([1, 2, 3]);
      await bench.append({ parentSeq: 1 });
      expect((await bench.words()).slice(7)).toEqual(['65536', '0']);
      expect(await bench.seqsOf()).toEqual([1, 4]);
      expect(await bench.branches()).toBe('000000040000000100000000');
    });

    it('shows what the older process appends behind the last message', async () => {
      await bench.append({ parentSeq: 1 });
      await bench.appendAsOlderProcess();
      expect(await bench.seqsOf()).toEqual([1, 4, 5]);
      await bench.append();
      expect(await bench.seqsOf()).toEqual([1, 4, 5, 6]);
    });

    it('hides what the older process appends while another branch is active', async () => {
      await bench.append({ parentSeq: 1 });
      await bench.store.update(bench.owner, bench.id, { leafSeq: 2 });
      await bench.appendAsOlderProcess();
      expect(await bench.seqsOf()).toEqual([1, 2]);
      expect(await bench.seqsOf({ branch: 5 })).toEqual([1, 4, 5]);
    });
  });

  describe('that are damaged', () => {
    const damages: [string, () => Promise<unknown>][] = [
      ['half a record', () => bench.setBranches(branchRecord(4, 1))],
      ['letters', () => bench.setBranches(branchRecord(4, 1, 0).replace('4', 'x'))],
      ['letters of a parent', () => bench.setBranches('00000004xxxxxxxx00000000')],
      ['a branch behind itself', () => bench.setBranches(branchRecord(4, 4, 0))],
      ['a branch behind a later message', () => bench.setBranches(branchRecord(3, 4, 0))],
      ['a leaf that is no number', () => bench.setWords((all) => all.with(8, 'x'))],
      ['a leaf that is no message', () => bench.setWords((all) => all.with(8, '5'))],
    ];

    it.each(damages)('are an error, and no walk without an end: %s', async (_, damage) => {
      await bench.append({ parentSeq: 1 });
      await damage();
      const before = await bench.stored();
      await expect(bench.seqsOf()).rejects.toThrow(ConversationDamagedError);
      await expect(bench.seqsOf({ from: { after: 0 } })).rejects.toThrow(ConversationDamagedError);
      const listed = await bench.store.list(bench.owner, {
        limit: 9,
        statuses: CONVERSATION_STATUSES,
      });
      expect(listed.conversations.length).toBeLessThanOrEqual(1);
      expect(await bench.stored()).toEqual(before);
      await bench.store.delete(bench.owner, bench.id);
      expect(await bench.store.listIds(bench.owner)).toEqual([]);
    });

    it.each([
      ['half a record', () => bench.setBranches(branchRecord(4, 1))],
      ['a leaf that is no message', () => bench.setWords((all) => all.with(8, '5'))],
      ['a leaf that is no number', () => bench.setWords((all) => all.with(8, 'x'))],
    ])('are not changed in part by a write: %s', async (_, damage) => {
      await bench.append({ parentSeq: 1 });
      const turn = await bench.begin({ message: aMessage() });
      await damage();
      // The turn has added a message: 5 is one.
      await bench.setWords((all) => (all[8] === '5' ? all.with(8, '6') : all));
      const before = await bench.stored();
      for (const write of [
        bench.append({ parentSeq: 2 }),
        bench.store.update(bench.owner, bench.id, { leafSeq: 1 }),
        bench.end(turn),
      ]) {
        await expect(write).rejects.toThrow(ConversationDamagedError);
      }
      expect(await bench.stored()).toEqual(before);
    });
  });

  describe('pages', () => {
    const MOST = 40;
    const placements = fc.array(
      fc.record({
        count: fc.integer({ min: 1, max: 4 }),
        parent: fc.option(fc.nat(), { nil: undefined, freq: 4 }),
        supersedes: fc.option(fc.nat(), { nil: undefined, freq: 1 }),
      }),
      { minLength: 1, maxLength: 15 },
    );
    const ranges = fc.array(
      fc.record({
        limit: fc.nat({ max: 12 }),
        seq: fc.nat({ max: MOST }),
        direction: fc.constantFrom('end', 'before', 'after'),
        branch: fc.nat(),
      }),
      { minLength: 1, maxLength: 10 },
    );

    it(
      'are those of the domain, of every branch of any tree',
      async () => {
        const same = fc.asyncProperty(placements, ranges, async (all, wanted) => {
          let tree: MessageTree = { messageCount: 0, leafSeq: 0, branches: '' };
          await bench.create(0);
          for (const { count, parent, supersedes } of all) {
            const { messageCount } = tree;
            const placement = {
              count,
              parentSeq: parent === undefined ? undefined : parent % (messageCount + 1),
              supersedes:
                supersedes === undefined || messageCount === 0
                  ? undefined
                  : 1 + (supersedes % messageCount),
            };
            const placed = attempt(() => placeMessages(tree, placement));
            const { count: length, ...place } = placement;
            const appended = await bench.append(place, length).catch(codeOf);
            if (typeof placed === 'string') expect(appended).toBe(placed);
            else tree = placed;
            expect((await bench.branches()) ?? '').toBe(tree.branches);
          }
          const { messageCount } = tree;
          for (const { limit, seq, direction, branch } of wanted) {
            const from =
              direction === 'end'
                ? 'end'
                : direction === 'before'
                  ? { before: seq + 1 }
                  : { after: seq };
            const range: MessageRange = { limit, from, branch: 1 + (branch % messageCount) };
            const page = await bench.store.read(bench.owner, bench.id, range);
            const expected = spansOf(range, tree);
            expect(page.hasMore).toBe(expected.hasMore);
            expect(page.messages.map((message) => message.seq)).toEqual(seqsIn(expected.spans));
          }
        });
        await fc.assert(same, { seed: FUZZ.seed, numRuns: FUZZ.runs });
      },
      FUZZ.timeout,
    );

    it('are read of a branch that begins anew with each message', async () => {
      const count = MAX_BRANCHES + 2;
      await bench.create(count);
      // Each message but the first two follows the one before the last: odd ones and even ones.
      const records = Array.from({ length: MAX_BRANCHES }, (_, i) => branchRecord(i + 3, i + 1, 0));
      await bench.setBranches(records.join(''));
      await bench.setWords((all) => [...all.slice(0, 8), '0']);
      const even = Array.from({ length: count / 2 }, (_, i) => 2 * i + 2).filter((seq) => seq > 2);
      // The second message follows the first.
      const path = [1, 2, ...even];
      expect(await bench.seqsOf({ limit: 200 })).toEqual(path.slice(-200));
      expect(await bench.seqsOf({ limit: 200, from: { after: 0 } })).toEqual(path.slice(0, 200));
      expect(await bench.seqsOf({ limit: 3, from: { before: 500 }, branch: 1_001 })).toEqual([
        495, 497, 499,
      ]);
      await expect(bench.append({ parentSeq: 1 })).rejects.toMatchObject({ code: 'branches-full' });
      await bench.append();
      expect(await bench.seqsOf({ limit: 2 })).toEqual([count, count + 1]);
    });
  });
});

function attempt<T>(operation: () => T): T | string {
  try {
    return operation();
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return (error as { code: string }).code;
}

function seqsIn(spans: readonly { first: number; last: number }[]): number[] {
  return spans.flatMap(({ first, last }) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
}

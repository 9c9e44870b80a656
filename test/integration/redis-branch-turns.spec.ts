import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aMessage, branchRecord, messages, RedisBranchBench } from '../support/redis-branches.js';

describe('a turn on a branch in Redis', () => {
  let bench: RedisBranchBench;
  beforeAll(async () => {
    bench = await RedisBranchBench.start();
  });
  afterAll(() => bench.stop());
  beforeEach(() => bench.create(3));

  it('of an older process, which stored no count, replies behind its message', async () => {
    await bench.append({ parentSeq: 1 });
    const turn = await bench.begin({ message: aMessage() });
    await bench.redis.hdel(bench.keys.turnKey, 'startCount');
    await bench.append({ parentSeq: 2 });
    expect(await bench.end(turn)).toMatchObject({
      turn: { userSeq: 5, replies: { seq: 7, count: 1 } },
      messages: [{ parentSeq: 5 }],
      conversation: { leafSeq: 6 },
    });
  });

  it('whose tip moved over another branch replies behind that one', async () => {
    const turn = await bench.begin({ regenerate: 1 });
    await bench.append({ parentSeq: 2 });
    await bench.append({ parentSeq: 1 }, 2);
    await bench.append({ parentSeq: 3 });
    expect(await bench.end(turn)).toMatchObject({
      messages: [{ seq: 8, parentSeq: 6 }],
      conversation: { leafSeq: 7 },
    });
    expect(await bench.seqsOf({ branch: 8 })).toEqual([1, 5, 6, 8]);
  });

  it('that ends without a reply begins no branch and moves no leaf', async () => {
    const turn = await bench.begin({ regenerate: 1 });
    await bench.store.update(bench.owner, bench.id, { leafSeq: 3 });
    expect(await bench.end(turn, [])).toMatchObject({
      conversation: { leafSeq: 3, messageCount: 3 },
    });
    expect(await bench.branches()).toBeNull();
    const closing = await bench.begin({ regenerate: 1 });
    const { owner, id } = bench;
    await bench.store.endTurn(
      { owner, conversationId: id, turnId: closing.id },
      { end: 'failed', replies: [], events: [], conversationStatus: 'completed' },
    );
    expect(await bench.branches()).toBeNull();
    expect(await bench.seqsOf()).toEqual([1]);
  });

  it('that answers again begins a branch with its reply alone', async () => {
    await bench.store.update(bench.owner, bench.id, { leafSeq: 2 });
    const turn = await bench.begin({ regenerate: 1 });
    expect(await bench.branches()).toBeNull();
    await bench.end(turn);
    expect(await bench.branches()).toBe(branchRecord(4, 1, 0));
  });

  it('replies where it answers, whatever branch is active', async () => {
    const turn = await bench.begin({ message: aMessage() });
    await bench.store.update(bench.owner, bench.id, { leafSeq: 2 });
    await bench.end(turn, messages(2));
    expect(await bench.seqsOf()).toEqual([1, 2]);
    expect(await bench.seqsOf({ branch: 6 })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await bench.branches()).toBeNull();
  });

  it('has the message that it answers again, and one call later, too', async () => {
    const turn = await bench.begin({ regenerate: 2 });
    const again = await bench.store.beginTurn(bench.owner, bench.id, turn);
    expect(again).toMatchObject({ messages: [{ seq: 2 }], conversation: { leafSeq: 2 } });
    expect(await bench.words()).toMatchObject({ 1: '2', 2: '3', 8: '2' });
  });

  it('that goes on stores the whole in place of its message, or the rest behind it', async () => {
    const [whole, rest] = [aMessage(), messages(2)];
    const first = await bench.begin({ message: aMessage(), supersedes: 3 });
    const ended = await bench.end(first, rest, whole);
    expect(ended).toMatchObject({
      messages: [{ id: whole.id, seq: 5, parentSeq: 2, supersedes: 4 }],
      turn: { userSeq: 4, replies: { seq: 5, count: 1 } },
    });
    expect(await bench.end(first, rest, whole)).toEqual(ended);
    const second = await bench.begin({ message: aMessage(), supersedes: 5 });
    await bench.append();
    expect((await bench.end(second, rest, aMessage())).messages.map((each) => each.id)).toEqual(
      rest.map((each) => each.id),
    );
    expect(await bench.seqsOf()).toEqual([1, 2, 6, 7, 8, 9]);
    const records = [branchRecord(4, 2, 3), branchRecord(5, 2, 4), branchRecord(6, 2, 5)];
    expect(await bench.branches()).toBe(records.join(''));
  });

  it('changes nothing when its message was superseded meanwhile', async () => {
    const turn = await bench.begin({ message: aMessage(), supersedes: 3 });
    await bench.append({ supersedes: 4 });
    const before = await bench.stored();
    await expect(bench.end(turn, [], aMessage())).rejects.toMatchObject({
      code: 'message-superseded',
    });
    expect(await bench.stored()).toEqual(before);
    await bench.end(turn, messages(1));
    expect(await bench.seqsOf({ branch: 6 })).toEqual([1, 2, 4, 6]);
  });
});

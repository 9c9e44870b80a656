import { describe, expect, it } from '@jest/globals';
import {
  MAX_BRANCHES,
  placeMessages,
  spansOf,
  tipOf,
  withBranches,
  type MessageTree,
  type Placement,
} from './branches.js';
import type { MessageRange } from './message-range.js';
import type { Message } from './message.js';

const EMPTY: MessageTree = { messageCount: 0, leafSeq: 0, branches: '' };

function tree(...placements: Placement[]): MessageTree {
  return placements.reduce(placeMessages, EMPTY);
}

/** 1 ← 2 ← 3, 2 ← 4 ← 5, 1 ← 6, and 7 before the first message. */
const TREE = tree(
  { count: 3 },
  { count: 2, parentSeq: 2 },
  { count: 1, parentSeq: 1 },
  { count: 1, parentSeq: 0 },
);

function seqsOf(range: Partial<MessageRange>, of = TREE): number[] {
  const { spans } = spansOf({ limit: 100, from: 'end', ...range }, of);
  return spans.flatMap(({ first, last }) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
}

function codeOf(refused: () => unknown): unknown {
  try {
    return refused();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('the branch', () => {
  it.each([
    [3, [1, 2, 3]],
    [5, [1, 2, 4, 5]],
    [4, [1, 2, 4]],
    [6, [1, 6]],
    [7, [7]],
    [2, [1, 2]],
  ])('that ends at %i', (branch, seqs) => {
    expect(seqsOf({ branch })).toEqual(seqs);
  });

  it('that is active ends at the leaf, and all of them have every message', () => {
    expect(seqsOf({})).toEqual([7]);
    expect(seqsOf({}, { ...TREE, leafSeq: 5 })).toEqual([1, 2, 4, 5]);
    expect(seqsOf({ branch: 'all' })).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('that ends at no message is refused', () => {
    for (const branch of [0, 8]) {
      expect(codeOf(() => seqsOf({ branch }))).toBe('message-not-found');
    }
  });

  it.each<[MessageRange['from'], limit: number, seqs: number[], hasMore: boolean]>([
    ['end', 3, [2, 4, 5], true],
    ['end', 2, [4, 5], true],
    ['end', 4, [1, 2, 4, 5], false],
    ['end', 0, [], true],
    [{ before: 5 }, 2, [2, 4], true],
    // 3 is no message of the branch.
    [{ before: 4 }, 9, [1, 2], false],
    [{ before: 1 }, 9, [], false],
    [{ after: 0 }, 3, [1, 2, 4], true],
    [{ after: 2 }, 1, [4], true],
    [{ after: 3 }, 2, [4, 5], false],
    [{ after: 5 }, 2, [], false],
    [{ after: 4 }, 0, [], true],
  ])('has a page %j of %i', (from, limit, seqs, hasMore) => {
    expect(seqsOf({ from, limit, branch: 5 })).toEqual(seqs);
    expect(spansOf({ from, limit, branch: 5 }, TREE).hasMore).toBe(hasMore);
  });
});

describe('new messages', () => {
  it('follow the leaf, and need no record while that is the last message', () => {
    expect(tree({ count: 2 }, { count: 1 })).toEqual({ messageCount: 3, leafSeq: 3, branches: '' });
    const switched = { ...tree({ count: 3 }), leafSeq: 1 };
    expect(placeMessages(switched, { count: 2 })).toEqual({
      messageCount: 5,
      leafSeq: 5,
      branches: '000000040000000100000000',
    });
  });

  it('may follow any message, and no message that there is not', () => {
    for (const parentSeq of [-1, 8]) {
      expect(codeOf(() => placeMessages(TREE, { count: 1, parentSeq }))).toBe('message-not-found');
    }
  });

  it('stand in place of a message once, with its parent', () => {
    const superseding = placeMessages(TREE, { count: 1, supersedes: 4 });
    expect(seqsOf({}, superseding)).toEqual([1, 2, 8]);
    expect(codeOf(() => placeMessages(superseding, { count: 1, supersedes: 4 }))).toBe(
      'message-superseded',
    );
    expect(seqsOf({}, placeMessages(superseding, { count: 1, supersedes: 8 }))).toEqual([1, 2, 9]);
    expect(codeOf(() => placeMessages(TREE, { count: 1, supersedes: 8 }))).toBe(
      'message-not-found',
    );
  });

  it(`begin ${MAX_BRANCHES} branches at most`, () => {
    const sibling = { count: 1, parentSeq: 0 };
    const full = tree({ count: 1 }, ...Array.from({ length: MAX_BRANCHES }, () => sibling));
    expect(codeOf(() => placeMessages(full, sibling))).toBe('branches-full');
    expect(placeMessages(full, { count: 1 }).messageCount).toBe(MAX_BRANCHES + 2);
    expect(withBranches(messages([1]), full)[0]?.siblings).toHaveLength(MAX_BRANCHES + 1);
  });
});

describe('a page', () => {
  it('names the parent that is not the message before, and the siblings', () => {
    const shown = withBranches(messages([1, 2, 3, 4, 5, 6, 7]), TREE);
    expect(shown.map(({ parentSeq, siblings }) => [parentSeq, siblings])).toEqual([
      [undefined, [1, 7]],
      [undefined, [2, 6]],
      [undefined, [3, 4]],
      [2, [3, 4]],
      [undefined, undefined],
      [1, [2, 6]],
      [0, [1, 7]],
    ]);
  });

  it('leaves out what is superseded', () => {
    const superseding = placeMessages(TREE, { count: 1, supersedes: 4 });
    const [shown] = withBranches(messages([8]), superseding);
    expect(shown).toMatchObject({ parentSeq: 2, siblings: [3, 8] });
    const alone = placeMessages(tree({ count: 2 }), { count: 1, supersedes: 2 });
    expect(withBranches(messages([3]), alone)).toEqual([
      { ...messages([3])[0], parentSeq: 1, supersedes: 2 },
    ]);
  });

  it('of a linear conversation stays what it is', () => {
    const page: Message[] = [];
    expect(withBranches(page, tree({ count: 3 }))).toBe(page);
  });
});

describe('the tip of a turn', () => {
  it.each<[string, MessageTree, userSeq: number, startCount: number, tip: number]>([
    ['that answers the last message', tree({ count: 3 }), 3, 3, 3],
    ['moves with what follows it', tree({ count: 3 }, { count: 2 }), 3, 3, 5],
    [
      'stays when others follow another message',
      tree({ count: 3 }, { count: 2, parentSeq: 1 }),
      3,
      3,
      3,
    ],
    [
      'moves with the first of two',
      tree({ count: 3 }, { count: 1 }, { count: 1, parentSeq: 3 }),
      3,
      3,
      4,
    ],
    ['that answers again is no message of before', tree({ count: 5 }), 2, 5, 2],
    ['that answers again moves', tree({ count: 5 }, { count: 2, parentSeq: 2 }), 2, 5, 7],
    [
      'moves over a branch of others',
      tree(
        { count: 3 },
        { count: 2, parentSeq: 1 },
        { count: 2, parentSeq: 3 },
        { count: 1, parentSeq: 5 },
      ),
      3,
      3,
      7,
    ],
    [
      'is not what follows in the list',
      tree({ count: 3 }, { count: 1, parentSeq: 1 }, { count: 1, parentSeq: 2 }),
      3,
      3,
      3,
    ],
  ])('%s', (_, of, userSeq, startCount, tip) => {
    expect(tipOf(of, userSeq, startCount)).toBe(tip);
  });
});

function messages(seqs: readonly number[]): Message[] {
  return seqs.map((seq) => ({
    id: `m${seq}`,
    seq,
    role: 'user',
    parts: [],
    createdAt: new Date(0),
  }));
}

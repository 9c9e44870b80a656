import {
  BranchesFullError,
  MessageNotFoundError,
  MessageSupersededError,
} from './branch.errors.js';
import type { MessageRange, Span } from './message-range.js';
import type { Message } from './message.js';

/*
 * The messages of a conversation are a tree in a list. A message follows the one before it in the list, unless
 * it begins a branch. Each place where a branch begins is one record. All rules of branches are here; the scripts of
 * Redis are the one other copy.
 */

/** Records a conversation: places where a branch begins. */
export const MAX_BRANCHES = 1_000;

/** The decimal digits of a number in a record, padded with zeros, and the numbers of a record. */
const DIGITS = 8;
const RECORD = 3 * DIGITS;

/** What tells which message follows which. */
export interface MessageTree {
  /** Messages of all branches. */
  readonly messageCount: number;
  /** The last message of the active branch; 0 without messages. */
  readonly leafSeq: number;
  /**
   * The records by ascending `seq`, {@link RECORD} characters each: the seq of the message that begins the branch, the seq
   * of the message that it follows, and the seq of the message that it supersedes, or 0.
   */
  readonly branches: string;
}

/** Where new messages go. */
export interface Placement {
  readonly count: number;
  /** The message that the first one follows, 0 before the first message; the leaf when absent. */
  readonly parentSeq?: number | undefined;
  /** The message that the first one stands in place of. It has the same parent. */
  readonly supersedes?: number | undefined;
}

/**
 * The tree with `count` messages more. The last one becomes the leaf.
 * @throws MessageNotFoundError, MessageSupersededError, BranchesFullError
 */
export function placeMessages(tree: MessageTree, placement: Placement): MessageTree {
  const { messageCount, branches } = tree;
  const { count, supersedes } = placement;
  if (count === 0) return tree;
  const leafSeq = messageCount + count;
  const parentSeq =
    supersedes === undefined ? (placement.parentSeq ?? tree.leafSeq) : parentOf(tree, supersedes);
  if (parentSeq < 0 || parentSeq > messageCount) throw new MessageNotFoundError();
  if (supersedes !== undefined) assertNotSuperseded(tree, supersedes);
  if (parentSeq === messageCount) return { messageCount: leafSeq, leafSeq, branches };
  if (branches.length >= MAX_BRANCHES * RECORD) throw new BranchesFullError(MAX_BRANCHES);
  const record = [messageCount + 1, parentSeq, supersedes ?? 0].map(digits).join('');
  return { messageCount: leafSeq, leafSeq, branches: branches + record };
}

/** The last message of the branch that a range is about; for `all`, of the active one. */
export function leafOf({ branch }: MessageRange, { leafSeq }: MessageTree): number {
  return typeof branch === 'number' ? branch : leafSeq;
}

/** @throws MessageNotFoundError unless the conversation has a message of this seq */
export function assertHasMessage({ messageCount }: MessageTree, seq: number): void {
  if (seq < 1 || seq > messageCount) throw new MessageNotFoundError();
}

/**
 * The message that the message of a seq follows; 0 for none.
 * @throws MessageNotFoundError
 */
function parentOf(tree: MessageTree, seq: number): number {
  assertHasMessage(tree, seq);
  const index = lastRecordUpTo(tree.branches, seq);
  return seqAt(tree.branches, index) === seq ? parentAt(tree.branches, index) : seq - 1;
}

/** @throws MessageSupersededError when another message stands in place of the one of this seq */
function assertNotSuperseded({ branches }: MessageTree, seq: number): void {
  // It was superseded later than it was stored.
  for (let index = lastRecordUpTo(branches, seq) + 1; index < recordsOf(branches); index++) {
    if (supersededAt(branches, index) === seq) throw new MessageSupersededError();
  }
}

/**
 * The part of a branch that a range asks for, in order: `limit` messages at most.
 * @returns also whether the branch has more messages in the direction of the range
 * @throws MessageNotFoundError
 */
export function spansOf(
  { limit, from, branch }: MessageRange,
  tree: MessageTree,
): { readonly spans: readonly Span[]; readonly hasMore: boolean } {
  const { messageCount } = tree;
  const isWhole = branch === 'all';
  const leafSeq = isWhole ? messageCount : (branch ?? tree.leafSeq);
  if (typeof branch === 'number') assertHasMessage(tree, branch);
  const branches = isWhole ? '' : tree.branches;
  if (from !== 'end' && 'after' in from) return firstSpans(branches, leafSeq, from.after, limit);
  const before = from === 'end' ? Infinity : from.before;
  const spans: Span[] = [];
  let left = limit;
  for (const { first, last: end } of spansBack(branches, leafSeq)) {
    const last = Math.min(end, before - 1);
    if (last < first) continue;
    if (left === 0) return { spans, hasMore: true };
    const start = Math.max(first, last - left + 1);
    spans.unshift({ first: start, last });
    if (start > first) return { spans, hasMore: true };
    left -= last - start + 1;
  }
  return { spans, hasMore: false };
}

function firstSpans(
  branches: string,
  leafSeq: number,
  after: number,
  limit: number,
): { readonly spans: readonly Span[]; readonly hasMore: boolean } {
  const behind: Span[] = [];
  for (const { first, last } of spansBack(branches, leafSeq)) {
    if (last <= after) break;
    behind.unshift({ first: Math.max(first, after + 1), last });
  }
  const spans: Span[] = [];
  let left = limit;
  for (const { first, last: end } of behind) {
    if (left === 0) return { spans, hasMore: true };
    const last = Math.min(end, first + left - 1);
    spans.push({ first, last });
    if (last < end) return { spans, hasMore: true };
    left -= last - first + 1;
  }
  return { spans, hasMore: false };
}

/** The spans of a branch from its leaf to its first message. */
function* spansBack(branches: string, leafSeq: number): Generator<Span> {
  let last = leafSeq;
  while (last > 0) {
    const index = lastRecordUpTo(branches, last);
    yield { first: index < 0 ? 1 : seqAt(branches, index), last };
    // A record that is damaged must not make this go round for ever.
    last = index < 0 ? 0 : Math.min(parentAt(branches, index), seqAt(branches, index) - 1);
  }
}

/**
 * The message that the replies of a running turn follow: the one that the turn answers, or the last one of those that
 * were appended behind it since.
 * @param startCount `messageCount` right after the turn began
 */
export function tipOf(
  { messageCount, branches }: MessageTree,
  userSeq: number,
  startCount: number,
): number {
  let tip = userSeq;
  let former = 0;
  // Each child of a tip has a higher seq, so one walk over the records is enough.
  for (let index = lastRecordUpTo(branches, startCount) + 1; ; index++) {
    const isEnd = index >= recordsOf(branches);
    const start = isEnd ? messageCount + 1 : seqAt(branches, index);
    // The first message that follows the tip may be the next one in the list.
    if (tip >= startCount && tip >= former) tip = start - 1;
    if (isEnd) return tip;
    if (parentAt(branches, index) === tip) tip = start;
    former = start;
  }
}

/**
 * Messages of one page with what a client is told of the tree: `parentSeq` where that is not the seq before, and
 * `siblings` where a message has alternatives, and `supersedes` where it stands in place of another one.
 */
export function withBranches(
  messages: readonly Message[],
  { messageCount, branches }: MessageTree,
): readonly Message[] {
  if (branches === '') return messages;
  const records = messages.map(({ seq }) => {
    const index = lastRecordUpTo(branches, seq);
    const isStart = seqAt(branches, index) === seq;
    return {
      parentSeq: isStart ? parentAt(branches, index) : seq - 1,
      supersedes: isStart ? supersededAt(branches, index) : 0,
    };
  });
  const parents = new Set(records.map(({ parentSeq }) => parentSeq));
  const children = childrenOf(parents, { messageCount, branches });
  return messages.map((message, i) => {
    const { parentSeq, supersedes } = records[i] as (typeof records)[number];
    const siblings = children.get(parentSeq) ?? [];
    if (parentSeq === message.seq - 1 && siblings.length < 2) return message;
    const placed = copyOf(message);
    if (parentSeq !== message.seq - 1) placed.parentSeq = parentSeq;
    if (siblings.length > 1) placed.siblings = siblings;
    if (supersedes > 0) placed.supersedes = supersedes;
    return placed;
  });
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The fields are named, because Node 20 takes forty times as long for `{ ...message }`: that was a tenth of a page. */
function copyOf({ id, seq, role, parts, metadata, createdAt }: Message): Writable<Message> {
  return metadata === undefined
    ? { id, seq, role, parts, createdAt }
    : { id, seq, role, parts, metadata, createdAt };
}

/** The messages that follow each of these parents, without those that are superseded; none of a parent with one child. */
function childrenOf(
  parents: ReadonlySet<number>,
  { messageCount, branches }: Pick<MessageTree, 'messageCount' | 'branches'>,
): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  const superseded = new Set<number>();
  // A message has a higher seq than the one that it follows.
  const start = lastRecordUpTo(branches, Math.min(...parents)) + 1;
  for (let index = start; index < recordsOf(branches); index++) {
    const parentSeq = parentAt(branches, index);
    if (!parents.has(parentSeq)) continue;
    const siblings = children.get(parentSeq) ?? firstChildOf(parentSeq, messageCount, branches);
    children.set(parentSeq, siblings);
    siblings.push(seqAt(branches, index));
    // A message that is superseded has the same parent.
    superseded.add(supersededAt(branches, index));
  }
  return new Map(
    [...children].map(([parentSeq, siblings]) => [
      parentSeq,
      siblings.filter((seq) => !superseded.has(seq)),
    ]),
  );
}

/** The child that is the next message in the list, if that one follows the message. */
function firstChildOf(seq: number, messageCount: number, branches: string): number[] {
  if (seq >= messageCount) return [];
  return seqAt(branches, lastRecordUpTo(branches, seq + 1)) === seq + 1 ? [] : [seq + 1];
}

/** The index of the last record whose message is not behind a seq; -1 for none. */
function lastRecordUpTo(branches: string, seq: number): number {
  let low = 0;
  let high = recordsOf(branches);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (seqAt(branches, middle) <= seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function recordsOf(branches: string): number {
  return branches.length / RECORD;
}

function seqAt(branches: string, index: number): number {
  return numberAt(branches, index * RECORD);
}

function parentAt(branches: string, index: number): number {
  return numberAt(branches, index * RECORD + DIGITS);
}

function supersededAt(branches: string, index: number): number {
  return numberAt(branches, index * RECORD + 2 * DIGITS);
}

/** A page reads up to 1,000 records: this takes a third of the time of `Number` and `slice`. */
function numberAt(branches: string, start: number): number {
  if (start < 0) return 0;
  let number = 0;
  for (let i = start; i < start + DIGITS; i++) number = number * 10 + branches.charCodeAt(i) - 48;
  return number;
}

function digits(number: number): string {
  return String(number).padStart(DIGITS, '0');
}

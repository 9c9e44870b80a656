import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CONVERSATION_STATUSES,
  type ConversationPage,
  type ConversationStore,
  type ListPosition,
  type ListQuery,
  type Owner,
  type StoreLimits,
  type TurnQuery,
} from 'conversation-store';
import type { Operation, Verb } from './operations.js';
import { LONG_LEASE_MS, SHORT_LEASE_MS } from './plain-turn.js';
import { LATEST_TURN } from './turn-arguments.js';
import { PlainTurnStore } from './plain-turn-store.js';
import { refusalOf, wordFor, type Result } from './refusal.js';
import { WholePages } from './whole-pages.js';

/** Milliseconds by which the clock of a driver may be off ours. */
const CLOCK_TOLERANCE = 5;

/** Long enough for a short lease to have run out on the driver's clock. */
const LEASE_PAUSE_MS = SHORT_LEASE_MS + CLOCK_TOLERANCE;

const EVERYTHING = { limit: 1_000, from: { after: 0 } } as const;
const EVERY_BRANCH = { ...EVERYTHING, branch: 'all' } as const;

/** A driver and the model of it, to be given the same operations. */
export class ModelRun {
  private readonly model: PlainTurnStore;
  /** The model has no budget of bytes. */
  private readonly pages: WholePages;
  /** When the driver made its last change, as it says itself. */
  private changedAt = NaN;
  private startedAt = NaN;

  constructor(
    private readonly store: ConversationStore,
    limits: StoreLimits,
    private readonly owners: readonly Owner[],
  ) {
    this.model = new PlainTurnStore(limits, () => this.timeOfChange());
    this.pages = new WholePages(store, limits.pageBytes);
  }

  /** How many pages of the driver have ended early. */
  get cuts(): number {
    return this.pages.cuts;
  }

  /**
   * Lets both do the operation, and compares what each answers and what each then has.
   * @returns in a word what it came to
   */
  async step(operation: Operation): Promise<string> {
    const owner = this.owners[operation.owner] as Owner;
    const { verb, args, hurried } = this.withTurnIds(owner, operation);
    this.startedAt = Date.now();
    const actual = await settled(async () => {
      if (verb === 'list') return listPages((query) => this.pages.list(owner, query), args[0]);
      if (verb === 'listIds') return [...(await this.store.listIds(owner))].sort();
      if (verb === 'read') return this.read(owner, ...args);
      // How much there is to save depends on the driver.
      if (verb === 'flush') return this.store.flush(owner).then(() => 'flushed');
      if (verb === 'advanceTurn') return this.advanceTurn({ owner, ...args[0] }, args[1]);
      return call(this.store, verb, owner, args);
    });
    if (takesShortLease(args)) await delay(LEASE_PAUSE_MS);
    this.changedAt = await this.lastChange(owner, args[0]);
    const expected = await settled(async () => {
      if (verb === 'list') return listPages((query) => this.model.list(owner, query), args[0]);
      return call(this.model, verb, owner, args);
    });
    assert.deepEqual(actual, expected);
    if (!hurried) await this.compareAll();
    return wordFor(expected);
  }

  /** Compares all that the driver has with all that it should have. */
  async compareAll(): Promise<void> {
    await Promise.all(this.owners.map((owner) => this.compareAllOf(owner)));
  }

  /** The operation with the id of the latest turn for {@link LATEST_TURN}. */
  private withTurnIds(owner: Owner, operation: Operation): Operation {
    const [about] = operation.args;
    const id = idIn(about);
    const [latest = LATEST_TURN] = id === undefined ? [] : this.model.turnIds(owner, id);
    const args = operation.args.map((arg: unknown) =>
      isObject(arg) && 'turnId' in arg && arg.turnId === LATEST_TURN
        ? { ...arg, turnId: latest }
        : arg,
    );
    return { ...operation, args } as Operation;
  }

  /** Nobody else's conversation changes with an operation, and nothing else of this one. */
  private async compareAllOf(owner: Owner): Promise<void> {
    const query = { limit: 1_000, statuses: CONVERSATION_STATUSES };
    const ids = this.model.listIds(owner);
    const [listed, listedIds, ...stored] = await Promise.all([
      this.pages.list(owner, query),
      this.store.listIds(owner),
      ...ids.flatMap((id) => [
        this.read(owner, id, EVERYTHING),
        this.read(owner, id, EVERY_BRANCH),
        this.store.getState(owner, id),
        ...this.turnQueries(owner, id).map((turn) => this.store.readTurn(owner, id, turn)),
      ]),
    ]);
    assert.deepEqual(listed, this.model.list(owner, query));
    assert.deepEqual([...listedIds].sort(), ids);
    const expected = ids.flatMap((id) => [
      this.model.read(owner, id, EVERYTHING),
      this.model.read(owner, id, EVERY_BRANCH),
      this.model.getState(owner, id),
      ...this.turnQueries(owner, id).map((turn) => this.model.readTurn(owner, id, turn)),
    ]);
    assert.deepEqual(stored, expected);
  }

  /** Those that read all that is known of the turns of a conversation. */
  private turnQueries(owner: Owner, id: string): TurnQuery[] {
    const turnIds = this.model.turnIds(owner, id);
    return turnIds.map((turnId) => ({ turnId, after: 0, maxBytes: 1_000_000 }));
  }

  /** A read without `accessDue`, which has to be right for some time between the call and its answer. */
  private async read(...args: Parameters<ConversationStore['read']>): Promise<unknown> {
    const [owner, id] = args;
    const startedAt = Date.now();
    const { accessDue, ...page } = await this.pages.read(...args);
    const isDueAt = (time: number): boolean => this.model.isAccessDue(owner, id, time);
    assert.ok(
      [startedAt, Date.now()].some((time) => isDueAt(time) === accessDue),
      'accessDue',
    );
    return page;
  }

  /** How long a turn is followed for depends on when each call came. */
  private async advanceTurn(
    ...args: Parameters<ConversationStore['advanceTurn']>
  ): Promise<unknown> {
    const { cancelRequested, followedMs } = await this.store.advanceTurn(...args);
    assert.ok(followedMs <= LONG_LEASE_MS, `followed for ${followedMs} ms`);
    return { cancelRequested, isFollowed: followedMs > 0 };
  }

  /** The first argument of most operations names the conversation that they are about. */
  private async lastChange(owner: Owner, about: unknown): Promise<number> {
    const id = idIn(about);
    if (id === undefined) return NaN;
    const read = await settled(() => this.store.read(owner, id, { limit: 0, from: 'end' }));
    if (!('value' in read)) return NaN;
    const { conversation } = read.value as Awaited<ReturnType<ConversationStore['read']>>;
    // An append moves the one, and the other only now and then; a touch the other alone.
    return Math.max(conversation.updatedAt.getTime(), conversation.lastAccessedAt.getTime());
  }

  /** The model takes the driver's word for when it was, within reason. */
  private timeOfChange(): number {
    assertBetween(this.changedAt, this.startedAt, Date.now());
    return this.changedAt;
  }
}

function assertBetween(time: number, start: number, end: number): void {
  const isWithin = time >= start - CLOCK_TOLERANCE && time <= end + CLOCK_TOLERANCE;
  assert.ok(isWithin, `What was done between ${start} and ${end} was done at ${time}.`);
}

/** The operations are typed where they are made. */
function call(target: object, verb: Verb, owner: Owner, args: readonly unknown[]): unknown {
  const [first, ...rest] = args;
  const withOwner =
    isObject(first) && 'turnId' in first ? [{ owner, ...first }, ...rest] : [owner, ...args];
  return (target as Record<Verb, (...args: readonly unknown[]) => unknown>)[verb](...withOwner);
}

function idIn(about: unknown): string | undefined {
  if (typeof about === 'string') return about;
  if (!isObject(about)) return undefined;
  const id = 'conversationId' in about ? about.conversationId : 'id' in about && about.id;
  return typeof id === 'string' ? id : undefined;
}

function takesShortLease(args: readonly unknown[]): boolean {
  return args.some((arg) => isObject(arg) && 'leaseMs' in arg && arg.leaseMs === SHORT_LEASE_MS);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

async function settled(attempt: () => unknown): Promise<Result> {
  try {
    return { value: await attempt() };
  } catch (error) {
    return refusalOf(error);
  }
}

/** All pages that following `next` leads through. */
async function listPages(
  list: (query: ListQuery) => ConversationPage | Promise<ConversationPage>,
  query: ListQuery,
): Promise<ConversationPage[]> {
  const pages: ConversationPage[] = [];
  let after: ListPosition | undefined;
  do {
    const page = await list({ ...query, ...(after && { after }) });
    pages.push(page);
    after = page.next;
    assert.ok(pages.length < 100, 'The pages of a list do not end.');
  } while (after);
  return pages;
}

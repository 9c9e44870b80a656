import { isAccessDue } from '../../domain/access.js';
import { assertHasMessage, leafOf, spansOf, withBranches } from '../../domain/branches.js';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type { BranchedConversation } from '../../domain/conversation.js';
import { isBackwards, type MessageRange } from '../../domain/message-range.js';
import type { Message } from '../../domain/message.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { withoutBranches } from '../../domain/without-branches.js';
import type { MessagePage } from '../conversation-store.js';
import { assertRange } from '../preconditions.js';
import type { Sealing } from '../sealing/sealing.js';
import { decodeBranchedRow, hasRowExpired } from './codecs/conversation-row.codec.js';
import {
  assertComplete,
  bodiesAt,
  bodiesOf,
  messagesMissing,
  seqsIn,
  type BodiesRow,
  type PageRow,
} from './codecs/page-row.js';
import { decodePage, storedPageBytes } from './codecs/page-messages.js';
import { toUuid } from './codecs/uuid.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { MAX_INTEGER } from './statements/statement.js';
import { READ_AFTER, READ_BEFORE, READ_FIRST_OF, READ_LAST_OF } from './statements/read.js';

/** The part of its limit by which a page reads more messages at most, where there are branches. */
const SPARE = 0.5;

/** A page before it is told of branches. */
interface StoredPage {
  readonly conversation: BranchedConversation;
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
  readonly now: Date;
}

/** The parameters of all pages. */
interface PageValues {
  readonly owner: string;
  readonly id: string;
  readonly limit: number;
  readonly pageBytes: number;
}

/**
 * Reads pages of messages: one statement each. Where a conversation has branches, that statement may miss messages of the page,
 * because it read others between them: a second one then reads the page.
 */
export class PostgresMessages {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly limits: StoreLimits,
    private readonly sealing: Sealing,
  ) {}

  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    const page = await this.readStored(owner, id, range);
    return this.toPage(page, range, withBranches(page.messages, page.conversation));
  }

  /** The same, without what a message tells of branches: somebody else knows them better. */
  async readBare(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    const page = await this.readStored(owner, id, range);
    return this.toPage(page, range, page.messages);
  }

  private toPage(
    { conversation, hasMore, now }: StoredPage,
    range: MessageRange,
    messages: readonly Message[],
  ): MessagePage {
    return {
      conversation: withoutBranches(conversation),
      messages,
      leafSeq: leafOf(range, conversation),
      hasMore,
      accessDue: isAccessDue(conversation, now.getTime(), this.limits.ttlMs),
    };
  }

  private async readStored(owner: Owner, id: string, range: MessageRange): Promise<StoredPage> {
    assertRange(range);
    const { from, branch } = range;
    const { ttlMs, pageBytes } = this.limits;
    const limit = Math.min(range.limit, MAX_INTEGER);
    const values = {
      owner: ownerKey(owner),
      id: toUuid(id),
      limit,
      pageBytes: storedPageBytes(pageBytes, this.sealing),
    };
    const bound = from === 'end' ? MAX_INTEGER : 'after' in from ? from.after : from.before;
    const statement = isBackwards(range) ? READ_BEFORE : READ_AFTER;
    const [row] = await this.connection.read<PageRow>(
      statement,
      statement.values({
        ...values,
        bound: Math.min(bound, MAX_INTEGER),
        leaf:
          branch === undefined
            ? null
            : branch === 'all'
              ? MAX_INTEGER
              : Math.min(branch, MAX_INTEGER),
        spare: branch === 'all' ? 0 : Math.ceil(limit * SPARE),
      }),
    );
    if (!row || hasRowExpired(row.accessed_at, row.now, ttlMs)) {
      throw new ConversationNotFoundError();
    }
    const conversation = decodeBranchedRow(owner, row, ttlMs, this.sealing);
    if (branch !== 'all' && row.branches !== '') {
      return { ...(await this.branchOf(owner, row, range, values, conversation)), now: row.now };
    }
    return { ...this.pageOf(owner, row, range, conversation), now: row.now };
  }

  /** A page of a branch: from the row, if that has it, or from another one. */
  private async branchOf(
    owner: Owner,
    row: PageRow,
    range: MessageRange,
    values: PageValues,
    conversation: BranchedConversation,
  ): Promise<Omit<StoredPage, 'now'>> {
    const { spans, hasMore } = spansOf(range, conversation);
    const seqs = seqsIn(spans);
    const bodies = bodiesAt(row, seqs) ?? (await this.bodiesOf(row.id, range, values, seqs));
    const start = isBackwards(range) ? seqs.length - bodies.length : 0;
    const messages = this.decode(owner, row.id, range, bodies, (i) => seqs[start + i] ?? 0);
    return { conversation, messages, hasMore: hasMore || messages.length < seqs.length };
  }

  /** A page of a conversation without branches, or of all of them. */
  private pageOf(
    owner: Owner,
    row: PageRow,
    range: MessageRange,
    conversation: BranchedConversation,
  ): Omit<StoredPage, 'now'> {
    const { from, branch } = range;
    if (typeof branch === 'number') assertHasMessage(conversation, branch);
    const total = branch === 'all' ? conversation.messageCount : leafOf(range, conversation);
    assertComplete(row, range, total);
    const firstSeq = row.first_seq ?? 0;
    const bodies = bodiesOf(row);
    const messages = this.decode(owner, row.id, range, bodies, (i) => firstSeq + i);
    if (messages.length < bodies.length) return { conversation, messages, hasMore: true };
    // An empty page lies where the range begins.
    if (from !== 'end' && 'after' in from) {
      return { conversation, messages, hasMore: (row.last_seq ?? from.after) < total };
    }
    const before = from === 'end' ? Infinity : from.before;
    const firstShown = row.first_seq ?? Math.min(before, total + 1);
    return { conversation, messages, hasMore: firstShown > 1 };
  }

  private decode(
    owner: Owner,
    conversationId: string,
    range: MessageRange,
    elements: readonly string[],
    seqAt: (index: number) => number,
  ): Message[] {
    const page = { conversationId, elements, seqAt, isBackwards: isBackwards(range) };
    return decodePage(owner, page, this.limits.pageBytes, this.sealing);
  }

  /** Messages never change: those of the tree that was read are as they were. */
  private async bodiesOf(
    id: string,
    range: MessageRange,
    values: PageValues,
    seqs: readonly number[],
  ): Promise<readonly string[]> {
    const statement = isBackwards(range) ? READ_LAST_OF : READ_FIRST_OF;
    const [row] = await this.connection.read<BodiesRow>(
      statement,
      statement.values({ ...values, seqs }),
    );
    if (!row) throw new ConversationNotFoundError();
    if (row.found !== seqs.length) throw messagesMissing(id);
    return bodiesOf(row);
  }
}

import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Owner } from '../domain/owner.js';
import { toProblem } from '../problems/problem-catalogue.js';
import { toProblemBody } from '../problems/problem.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { ConversationDamagedError } from '../store/store.errors.js';
import { ConversationNotFoundError } from '../domain/conversation.errors.js';
import { toMessageView, toView } from './conversation.view.js';

/** Messages read at a time: what an export holds in memory at once. */
const BATCH = 200;

/**
 * Everything an owner has as NDJSON: a conversation with all its messages a line. Does not count as
 * access, so that a backup keeps nothing alive.
 */
@Injectable()
export class ConversationsExport {
  private readonly logger = new Logger('Export');

  constructor(@Inject(CONVERSATION_STORE) private readonly store: ConversationStore) {}

  /**
   * The text of the export in pieces. Which conversations are in it is settled here, before the
   * first of them is read; what is deleted on the way is left out.
   */
  async open(owner: Owner): Promise<AsyncIterable<string>> {
    return this.lines(owner, await this.store.listIds(owner));
  }

  private async *lines(owner: Owner, ids: readonly string[]): AsyncIterable<string> {
    for (const id of ids) yield* this.line(owner, id);
  }

  /** A conversation as it is at the first read. One that proves damaged says so in its line. */
  private async *line(owner: Owner, id: string): AsyncIterable<string> {
    let isOpen = false;
    try {
      const first = await this.store.read(owner, id, { limit: BATCH, from: { after: 0 } });
      const { messageCount } = first.conversation;
      yield `${JSON.stringify(toView(first.conversation)).slice(0, -1)},"messages":[`;
      isOpen = true;
      for (let page = first, seq = 0; seq < messageCount;) {
        const messages = page.messages.slice(0, messageCount - seq);
        yield (seq > 0 ? ',' : '') + JSON.stringify(messages.map(toMessageView)).slice(1, -1);
        seq += messages.length;
        if (seq < messageCount) {
          page = await this.store.read(owner, id, { limit: BATCH, from: { after: seq } });
        }
      }
      yield ']}\n';
    } catch (error) {
      const isGone = error instanceof ConversationNotFoundError;
      if (!isGone) this.logger.error(`Conversation ${id} cannot be exported.`, error);
      if (!isGone && !(error instanceof ConversationDamagedError)) throw error;
      if (isGone && !isOpen) return;
      const problem = JSON.stringify(toProblemBody(toProblem(error)));
      yield isOpen ? `],"problem":${problem}}\n` : `{"id":"${id}","problem":${problem}}\n`;
    }
  }
}

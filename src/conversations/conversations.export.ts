import { Inject, Injectable, Logger } from '@nestjs/common';
import { toConversationView } from '../api/conversation.view.js';
import { toMessageView } from '../api/message.view.js';
import { ConversationNotFoundError } from '../domain/conversation.errors.js';
import type { Owner } from '../domain/owner.js';
import { toProblem } from '../problems/problem-catalogue.js';
import { toProblemView } from '../problems/problem.view.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { ConversationDamagedError } from '../store/store.errors.js';

/** The number of messages that an export reads at a time and holds in memory. */
const BATCH = 200;

/**
 * Everything that an owner has as NDJSON: one line per conversation, with all its messages. An
 * export does not count as an access, so a backup does not extend the retention of what it reads.
 */
@Injectable()
export class ConversationsExport {
  private readonly logger = new Logger('Export');

  constructor(@Inject(CONVERSATION_STORE) private readonly store: ConversationStore) {}

  /**
   * The text of the export in pieces. This method fixes the list of conversations before it reads
   * the first one. A conversation that is deleted in the meantime is left out.
   */
  async open(owner: Owner): Promise<AsyncIterable<string>> {
    return this.lines(owner, await this.store.listIds(owner));
  }

  private async *lines(owner: Owner, ids: readonly string[]): AsyncIterable<string> {
    for (const id of ids) yield* this.line(owner, id);
  }

  /**
   * A conversation as it was at the first read. The line of a damaged conversation has a `problem`
   * in place of the messages that are missing.
   */
  private async *line(owner: Owner, id: string): AsyncIterable<string> {
    let isOpen = false;
    try {
      const first = await this.store.read(owner, id, { limit: BATCH, from: { after: 0 } });
      const { messageCount } = first.conversation;
      yield `${JSON.stringify(toConversationView(first.conversation)).slice(0, -1)},"messages":[`;
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
      const problem = JSON.stringify(toProblemView(toProblem(error)));
      yield isOpen ? `],"problem":${problem}}\n` : `{"id":"${id}","problem":${problem}}\n`;
    }
  }
}

import { Inject, Injectable, Logger } from '@nestjs/common';
import { toConversationView } from '../api/conversation.view.js';
import { toMessageView, type MessageView } from '../api/message.view.js';
import { ConversationNotFoundError } from '../domain/conversation.errors.js';
import type { Conversation } from '../domain/conversation.js';
import type { Message } from '../domain/message.js';
import type { Owner } from '../domain/owner.js';
import { toProblem } from '../problems/problem-catalogue.js';
import { toProblemView } from '../problems/problem.view.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { ConversationDamagedError, StoreUnavailableError } from '../store/store.errors.js';

/**
 * The most messages that an export reads at a time. Large ones end a page before, by their bytes: an
 * export holds about one page in memory.
 */
const BATCH = 1_000;

/**
 * Everything that an owner has as NDJSON: one line per conversation, with all its messages. An
 * export does not count as an access, so a backup does not extend the retention of what it reads. It
 * breaks off while the store can answer from an archive only, since it would not be everything.
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
    let seq = 0;
    let messageCount: number | undefined;
    try {
      do {
        const piece = await this.piece(owner, id, seq, messageCount);
        // A failover has lost the end of the conversation: the next page would be empty, too.
        if (piece.lastSeq === seq && seq < (messageCount ?? piece.messageCount)) {
          throw new ConversationDamagedError(id, 'Some of its messages are missing.');
        }
        messageCount ??= piece.messageCount;
        seq = piece.lastSeq;
        yield piece.text;
      } while (seq < messageCount);
      yield ']}\n';
    } catch (error) {
      const isOpen = messageCount !== undefined;
      const isGone = error instanceof ConversationNotFoundError;
      if (!isGone) this.logger.error(`Conversation ${id} cannot be exported.`, error);
      if (!isGone && !(error instanceof ConversationDamagedError)) throw error;
      if (isGone && !isOpen) return;
      const problem = JSON.stringify(toProblemView(toProblem(error)));
      yield isOpen ? `],"problem":${problem}}\n` : `{"id":"${id}","problem":${problem}}\n`;
    }
  }

  /**
   * The part of a line that a page of messages behind `seq` makes, from the beginning of the line on if
   * there is no `messageCount` yet. Only the text outlives this call: while a reader is slow, an export
   * holds no page.
   */
  private async piece(
    owner: Owner,
    id: string,
    seq: number,
    messageCount = Infinity,
  ): Promise<Piece> {
    const limit = Math.min(BATCH, messageCount - seq);
    const page = await this.store.read(owner, id, {
      limit,
      from: { after: seq },
      branch: 'all',
    });
    if (page.source === 'archive') {
      throw new StoreUnavailableError('The latest changes are missing.', {
        mayHaveBeenApplied: false,
      });
    }
    const messages = JSON.stringify(page.messages.map(toExportedMessage)).slice(1, -1);
    return {
      text: (seq > 0 ? ',' : beginningOf(page.conversation)) + messages,
      lastSeq: seq + page.messages.length,
      messageCount: page.conversation.messageCount,
    };
  }
}

/** A piece of the line of a conversation. */
interface Piece {
  readonly text: string;
  /** The seq of its last message. */
  readonly lastSeq: number;
  /** How many messages the conversation has. */
  readonly messageCount: number;
}

/**
 * A message without its siblings: what all messages follow tells them. A thousand alternatives to one message, each of which
 * names all, would be a line of megabytes.
 */
function toExportedMessage(message: Message): MessageView {
  return Object.assign(toMessageView(message), { siblings: undefined });
}

function beginningOf(conversation: Conversation): string {
  return `${JSON.stringify(toConversationView(conversation)).slice(0, -1)},"messages":[`;
}

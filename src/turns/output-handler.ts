import { CONVERSATION_STATUSES, type ConversationStatus } from '../domain/conversation.js';
import type { Chunk } from './chunk.js';
import { InvalidOutputError } from './invalid-output.error.js';
import type { ReplyBuilder } from './reply-builder.js';
import type { TurnState } from './turn-state.js';

/** Does with each output of an orchestrator what its type says. */
export class OutputHandler {
  private status: ConversationStatus | undefined;

  constructor(
    private readonly reply: ReplyBuilder,
    private readonly state: TurnState,
    private readonly publish: (chunks: readonly Chunk[]) => void,
  ) {}

  /** The status that the conversation is to get when the turn completes. */
  get conversationStatus(): ConversationStatus | undefined {
    return this.status;
  }

  /** @throws InvalidOutputError, and what `putState` throws */
  async handle(output: unknown): Promise<void> {
    if (typeof output === 'string') {
      this.publish(this.reply.addText(output));
      return;
    }
    const { type, text, part, value, status } = (output ?? {}) as Record<string, unknown>;
    switch (type) {
      case 'text-delta':
        if (typeof text !== 'string') {
          throw new InvalidOutputError('An output of the type "text-delta" needs a string "text".');
        }
        this.publish(this.reply.addText(text));
        return;
      case 'part':
        this.publish(this.reply.addPart(part));
        return;
      case 'state':
        await this.state.put(value);
        return;
      case 'status':
        this.status = CONVERSATION_STATUSES.find((known) => known === status);
        if (this.status) return;
        throw new InvalidOutputError(
          `A status must be one of: ${CONVERSATION_STATUSES.join(', ')}.`,
        );
      default:
        throw new InvalidOutputError(
          'An output must be a string or have the type "text-delta", "part", "state" or "status".',
        );
    }
  }
}

import { CONVERSATION_STATUSES, type ConversationStatus } from '../domain/conversation.js';
import type { Chunk } from './chunk.js';
import { isChunkType } from './chunk-rules.js';
import { InvalidOutputError } from './invalid-output.error.js';
import { ReportedError } from './reported.error.js';
import type { ReplyBuilder } from './reply-builder.js';
import type { TurnState } from './turn-state.js';

/** Does with each output of an orchestrator what its type says. */
export class OutputHandler {
  private status: ConversationStatus | undefined;

  constructor(
    private readonly reply: ReplyBuilder,
    private readonly state: TurnState,
    private readonly publish: (chunks: readonly Chunk[]) => void,
    /** The orchestrator says that its answer was aborted. */
    private readonly onAbort: () => void,
  ) {}

  /** The status that the conversation is to get when the turn completes. */
  get conversationStatus(): ConversationStatus | undefined {
    return this.status;
  }

  /** @throws InvalidOutputError, ReportedError, and what `putState` throws */
  async handle(output: unknown): Promise<void> {
    if (typeof output === 'string') {
      this.publish(this.reply.addText(output));
      return;
    }
    const { type, text, part, value, status } = (output ?? {}) as Record<string, unknown>;
    switch (type) {
      case 'text-delta':
        // The AI SDK's own chunk of this name has a `delta`.
        if (typeof text === 'string') this.publish(this.reply.addText(text));
        else this.addChunk(output as Chunk);
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
        if (!isChunkType(type)) {
          throw new InvalidOutputError(
            'An output must be a string, have the type "text-delta", "part", "state" or "status", ' +
              'or be a chunk of the UI message stream of the AI SDK.',
          );
        }
        this.addChunk(output as Chunk);
    }
  }

  private addChunk(chunk: Chunk): void {
    if (chunk.type === 'error') throw new ReportedError(chunk['errorText']);
    this.publish(this.reply.addChunk(chunk));
    if (chunk.type === 'abort') this.onAbort();
  }
}

import { isNotFound, type ConversationsApi } from './conversations-api.js';
import type { Dialogue } from './dialogue.js';
import { RefusedError } from './import.errors.js';
import { appendKey, createKey } from './idempotency-keys.js';
import type { KnownConversations } from './known-conversations.js';
import { toBatches } from './message-batches.js';
import { countStored } from './stored-messages.js';

export type ImportOutcome = 'imported' | 'completed' | 'skipped';

/** Conversations made and deleted under one text within a day: enough to give up. */
const MAX_DELETED = 100;

/** Makes sure that the service has a dialogue, once and with all of its messages. */
export class DialogueImporter {
  constructor(
    private readonly api: ConversationsApi,
    private readonly known: KnownConversations,
  ) {}

  /** @throws RefusedError, OtherMessagesError, ImportStoppedError */
  import(dialogue: Dialogue, repetition: number): Promise<ImportOutcome> {
    return this.known.exclusively(dialogue.externalId, async (id) => {
      const outcome = id === undefined ? undefined : await this.complete(dialogue, id);
      return outcome ?? this.create(dialogue, repetition);
    });
  }

  private async create(dialogue: Dialogue, repetition: number): Promise<ImportOutcome> {
    for (let deleted = 0; ; deleted++) {
      const key = createKey(dialogue, repetition, deleted);
      const outcome = await this.createOnce(dialogue, key, deleted < MAX_DELETED);
      if (outcome) return outcome;
    }
  }

  /** Nothing when the key has made a conversation already, and that has been deleted since. */
  private async createOnce(
    dialogue: Dialogue,
    key: string,
    mayBeDeleted: boolean,
  ): Promise<ImportOutcome | undefined> {
    const [first = { messages: [] }] = toBatches(dialogue.messages);
    const body = { ...dialogue.head, messages: first.messages };
    try {
      const answer = await this.api.create(body, key);
      const { id } = answer.body;
      this.known.add(dialogue.externalId, id);
      if (!answer.isReplayed) {
        await this.append(dialogue, id, first.messages.length);
        return 'imported';
      }
      const outcome = await this.complete(dialogue, id);
      return outcome === 'skipped' && answer.isRetried ? 'imported' : outcome;
    } catch (error) {
      if (mayBeDeleted && isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Nothing when there is no such conversation any more. */
  private async complete(dialogue: Dialogue, id: string): Promise<ImportOutcome | undefined> {
    try {
      const stored = await countStored(this.api, id, dialogue);
      if (stored === dialogue.messages.length) return 'skipped';
      await this.append(dialogue, id, stored);
      return 'completed';
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  private async append(dialogue: Dialogue, id: string, from: number): Promise<void> {
    for (const { start, messages } of toBatches(dialogue.messages, from)) {
      try {
        await this.api.append(id, messages, appendKey(dialogue, id, start));
      } catch (error) {
        throw error instanceof RefusedError ? error.at(start) : error;
      }
    }
  }
}

import { isNotFound, type ConversationsApi } from './conversations-api.js';
import type { Dialogue } from './dialogue.js';
import { RefusedError } from './import.errors.js';
import { appendKey, createKey } from './idempotency-keys.js';
import type { KnownConversations } from './known-conversations.js';
import { toBatches } from './message-batches.js';
import { countStored } from './stored-messages.js';

export type ImportOutcome = 'imported' | 'completed' | 'skipped';

/** Gives up when so many conversations of one text were made and deleted within a day. */
const MAX_DELETED = 100;

/** Makes sure that the service has a dialogue exactly once, with all of its messages. */
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

  /** Undefined when an earlier request under the key made a conversation that was deleted since. */
  private async createOnce(
    dialogue: Dialogue,
    key: string,
    mayBeDeleted: boolean,
  ): Promise<ImportOutcome | undefined> {
    const [first = { messages: [] }] = toBatches(dialogue);
    const body = { ...dialogue.head, messages: first.messages };
    try {
      const answer = await this.api.create(body, key);
      const { id } = answer.body;
      this.known.add(dialogue.externalId, id);
      if (!answer.isReplayed) {
        await this.append(dialogue, id, first.messages.length);
        await this.end(dialogue, id);
        return 'imported';
      }
      const outcome = await this.complete(dialogue, id);
      return outcome === 'skipped' && answer.isRetried ? 'imported' : outcome;
    } catch (error) {
      if (mayBeDeleted && isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Undefined when the conversation does not exist any more. */
  private async complete(dialogue: Dialogue, id: string): Promise<ImportOutcome | undefined> {
    try {
      const stored = await countStored(this.api, id, dialogue);
      const isComplete = stored === dialogue.messages.length;
      if (isComplete && !(await this.lacksEnding(dialogue, id))) return 'skipped';
      await this.append(dialogue, id, stored);
      await this.end(dialogue, id);
      return 'completed';
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Whether nobody has changed the conversation since an import stored its last message. */
  private async lacksEnding(dialogue: Dialogue, id: string): Promise<boolean> {
    if (!dialogue.ending) return false;
    const writes = Math.max(1, [...toBatches(dialogue)].length);
    return (await this.api.version(id)) === writes;
  }

  private async end({ ending }: Dialogue, id: string): Promise<void> {
    if (ending) await this.api.update(id, ending);
  }

  private async append(dialogue: Dialogue, id: string, from: number): Promise<void> {
    for (const { start, messages, place } of toBatches(dialogue, from)) {
      try {
        await this.api.append(id, { messages, ...place }, appendKey(dialogue, id, start));
      } catch (error) {
        throw error instanceof RefusedError ? error.at(start) : error;
      }
    }
  }
}

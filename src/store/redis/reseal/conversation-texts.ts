import { resealMessage } from '../../codecs/message.codec.js';
import { isCurrentMessage } from '../../codecs/stored-element.js';
import type { ConversationSealing } from '../../sealing/conversation-sealing.js';
import { largestMessageOf } from '../codecs/conversation.codec.js';
import type { ConversationKeys } from '../redis.keys.js';
import type { ScriptConnection } from '../script-connection.js';
import type { Replacement } from './replacement.js';

/** The fields that are sealed, in the hash under these names. */
const SEALED_FIELDS = ['title', 'externalId', 'metadata', 'state'] as const;

/** Bytes of messages that one command reads at most. */
const CHUNK_BYTES = 1024 * 1024;

/** Where the list of messages begins. */
interface Place {
  /** When the conversation was created, and its base. Undefined: it is gone. */
  readonly createdAt: string | undefined;
  readonly base: number;
}

/** The texts of a conversation in Redis. */
export class ConversationTexts {
  private place: Place | undefined;

  constructor(
    private readonly redis: ScriptConnection,
    private readonly keys: ConversationKeys,
    private readonly id: string,
    private readonly sealing: ConversationSealing,
    private readonly onDamage: (error: unknown) => void,
  ) {}

  /** The texts that are not current and what is to be in their place: some at a time. */
  async *stale(): AsyncGenerator<readonly Replacement[]> {
    const [head, base, ...texts] = await this.redis.readHash(this.keys.conversationKey, [
      'head',
      'base',
      ...SEALED_FIELDS,
    ]);
    this.place = placeOf(head, base);
    if (head == null) return;
    yield SEALED_FIELDS.flatMap((field, i) => {
      const former = texts[i];
      // What Redis has no field for is nothing to seal.
      if (former == null || (field === 'metadata' && former === '{}')) return [];
      return this.replacement(field, former, () => this.sealing.reencode(field, former));
    });
    const largest = Math.max(1, largestMessageOf([head]));
    yield* this.staleMessages(Math.max(1, Math.floor(CHUNK_BYTES / largest)), this.place);
  }

  /** Whether the messages have other places in their list than they had when it was read. */
  async hasMoved(): Promise<boolean> {
    const [head, base] = await this.redis.readHash(this.keys.conversationKey, ['head', 'base']);
    const now = placeOf(head, base);
    return now.createdAt === this.place?.createdAt && now.base !== this.place?.base;
  }

  private async *staleMessages(
    length: number,
    { base }: Place,
  ): AsyncGenerator<readonly Replacement[]> {
    for (let start = 0; ; start += length) {
      const elements = await this.redis.readList(this.keys.messagesKey, start, start + length - 1);
      yield elements.flatMap((former, i) => {
        if (isCurrentMessage(former, this.sealing)) return [];
        const seq = base + start + i + 1;
        return this.replacement(seq, former, () =>
          resealMessage(this.id, seq, former, this.sealing, this.sealing),
        );
      });
      if (elements.length < length) return;
    }
  }

  private replacement(
    place: Replacement['place'],
    former: string,
    reseal: () => string | undefined,
  ): Replacement[] {
    try {
      const text = reseal();
      return text === undefined ? [] : [{ place, former, text }];
    } catch (error) {
      this.onDamage(error);
      return [];
    }
  }
}

function placeOf(head: string | null | undefined, base: string | null | undefined): Place {
  return { createdAt: head?.split(' ')[3], base: Number(base ?? 0) };
}

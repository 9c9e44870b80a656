import type { Span } from '../../domain/message-range.js';
import type { Message, NewMessage } from '../../domain/message.js';
import { toMessage } from '../to-message.js';
import { bytesOfMessage } from './memory.sizes.js';

/** As JSON, so that nobody outside holds a reference into the store. */
interface MemoryMessage {
  /** A `NewMessage`. */
  readonly json: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Messages on their way into the store. */
export interface EncodedMessages {
  readonly texts: readonly string[];
  /** Roughly what they will take in memory. */
  readonly bytes: number;
}

export function encodeMessages(drafts: readonly NewMessage[]): EncodedMessages {
  const texts = drafts.map((draft) => JSON.stringify(draft));
  return { texts, bytes: texts.reduce((sum, json) => sum + bytesOfMessage(json), 0) };
}

/** The messages of one conversation. */
export class MemoryMessages {
  private readonly messages: MemoryMessage[] = [];
  private messageBytes = 0;

  static of(encoded: EncodedMessages, createdAt: Date): MemoryMessages {
    const messages = new MemoryMessages();
    messages.add(encoded, createdAt);
    return messages;
  }

  get count(): number {
    return this.messages.length;
  }

  /** A copy of some of them, with their times. */
  copyOf(spans: readonly Span[]): MemoryMessages {
    const copy = new MemoryMessages();
    for (const { first, last } of spans) {
      for (const message of this.messages.slice(first - 1, last)) {
        copy.messages.push(message);
        copy.messageBytes += bytesOfMessage(message.json);
      }
    }
    return copy;
  }

  /** Roughly what the messages take in memory. */
  get bytes(): number {
    return this.messageBytes;
  }

  /** @returns the messages as they were stored */
  add({ texts, bytes }: EncodedMessages, createdAt: Date): Message[] {
    const start = this.messages.length;
    for (const json of texts) this.messages.push({ json, createdAt: createdAt.getTime() });
    this.messageBytes += bytes;
    return this.slice({ first: start + 1, last: this.messages.length });
  }

  /** The size of the message of a seq, as UTF-8. */
  bytesAt(seq: number): number {
    return Buffer.byteLength(this.messages[seq - 1]?.json ?? '');
  }

  /** The messages from `first` to `last`, by their seqs. */
  slice({ first, last }: Span): Message[] {
    return this.messages.slice(first - 1, last).map(({ json, createdAt }, i) =>
      toMessage(JSON.parse(json) as NewMessage, {
        seq: first + i,
        createdAt: new Date(createdAt),
      }),
    );
  }
}

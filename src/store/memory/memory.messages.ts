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

  /** Roughly what the messages take in memory. */
  get bytes(): number {
    return this.messageBytes;
  }

  /** @returns the messages as they were stored */
  add({ texts, bytes }: EncodedMessages, createdAt: Date): Message[] {
    const start = this.messages.length;
    for (const json of texts) this.messages.push({ json, createdAt: createdAt.getTime() });
    this.messageBytes += bytes;
    return this.slice(start);
  }

  /** The size of the message with the seq `index + 1`, as UTF-8. */
  bytesAt(index: number): number {
    return Buffer.byteLength(this.messages[index]?.json ?? '');
  }

  /** The messages with a seq above `start`, up to `end`. */
  slice(start: number, end?: number): Message[] {
    return this.messages.slice(start, end).map(({ json, createdAt }, i) =>
      toMessage(JSON.parse(json) as NewMessage, {
        seq: start + i + 1,
        createdAt: new Date(createdAt),
      }),
    );
  }
}

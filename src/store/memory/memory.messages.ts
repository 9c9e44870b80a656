import type { Message, NewMessage } from '../../domain/message.js';
import { toMessage } from '../to-message.js';

/** As JSON, so that nobody outside holds a reference into the store. */
interface MemoryMessage {
  /** A `NewMessage`. */
  readonly json: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** The messages of one conversation. */
export class MemoryMessages {
  private readonly messages: MemoryMessage[] = [];
  private jsonLength = 0;

  /** Roughly what the messages take in memory. */
  get bytes(): number {
    return this.jsonLength;
  }

  /** @returns the messages as they were stored */
  add(drafts: readonly NewMessage[], createdAt: Date): Message[] {
    const start = this.messages.length;
    for (const draft of drafts) {
      const json = JSON.stringify(draft);
      this.messages.push({ json, createdAt: createdAt.getTime() });
      this.jsonLength += json.length;
    }
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

import { MAX_TURN_EVENTS, type TurnEvent } from '../domain/turn.js';
import type { Chunk } from './chunk.js';
import { InvalidOutputError } from './invalid-output.error.js';

/** Events that only the end of a turn may use. */
const RESERVED_EVENTS = 10;

/**
 * The chunks of a turn on their way to the store. Each chunk gets a number when it is first sent, and
 * is sent again under that number until the store has confirmed it: the store adds a number once.
 */
export class EventBuffer {
  private unsent: Chunk[] = [];
  private unconfirmed: readonly TurnEvent[] = [];
  private lastSeq = 0;

  /**
   * Adds a chunk. Text that follows unsent text of the same part joins its chunk.
   * @throws InvalidOutputError when the turn has too many events
   */
  add(chunk: Chunk): void {
    const last = this.unsent.at(-1);
    if (chunk.type === 'text-delta' && last?.type === 'text-delta' && last['id'] === chunk['id']) {
      const delta = String(last['delta']) + String(chunk['delta']);
      this.unsent[this.unsent.length - 1] = { ...last, delta };
      return;
    }
    if (this.lastSeq + this.unsent.length >= MAX_TURN_EVENTS - RESERVED_EVENTS) {
      throw new InvalidOutputError(`The turn has more than ${MAX_TURN_EVENTS} events.`);
    }
    this.unsent.push(chunk);
  }

  /** Everything that the store has not confirmed. */
  batch(): readonly TurnEvent[] {
    this.unconfirmed = this.allWith([]);
    this.lastSeq += this.unsent.length;
    this.unsent = [];
    return this.unconfirmed;
  }

  /** The store has the last batch. */
  confirm(): void {
    this.unconfirmed = [];
  }

  /** The events that end the turn. Changes nothing: the store may refuse this end for another. */
  allWith(lastChunks: readonly Chunk[]): readonly TurnEvent[] {
    const numbered = [...this.unsent, ...lastChunks].map((chunk, i) => ({
      seq: this.lastSeq + i + 1,
      data: JSON.stringify(chunk),
    }));
    return [...this.unconfirmed, ...numbered];
  }
}

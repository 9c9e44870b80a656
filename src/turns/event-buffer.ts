import { MAX_TURN_BYTES, type TurnEvent } from '../domain/turn.js';
import type { Chunk } from './chunk.js';
import { InvalidOutputError } from './invalid-output.error.js';
import { pageBehind, RecentEvents } from './recent-events.js';

/** Bytes that only the end of a turn may use. */
const RESERVED_BYTES = 64 * 1024;
/** Bytes of a batch: a store works on it at once. A larger event is a batch of its own. */
const MAX_BATCH_BYTES = 64 * 1024;

/**
 * The events of a turn that runs here. A chunk becomes an event, with its number, when it is published. It
 * is held until the store has confirmed it, and sent again under its number until then: the store adds a
 * number once. The latest events are held for followers in this process also after that.
 */
export class EventBuffer {
  private unconfirmed: TurnEvent[] = [];
  private unconfirmedLength = 0;
  private readonly recent = new RecentEvents();
  private bytes = 0;
  private last = 0;

  /** The number of the latest event. */
  get lastSeq(): number {
    return this.last;
  }

  /** Characters of the events that the store has not confirmed. */
  get pendingLength(): number {
    return this.unconfirmedLength;
  }

  /** @throws InvalidOutputError when the turn has too many events */
  add(chunk: Chunk): void {
    const data = JSON.stringify(chunk);
    this.bytes += Buffer.byteLength(data);
    if (this.bytes > MAX_TURN_BYTES - RESERVED_BYTES) {
      throw new InvalidOutputError(`The turn has more than ${MAX_TURN_BYTES} bytes of events.`);
    }
    this.last += 1;
    const event = { seq: this.last, data };
    this.unconfirmed.push(event);
    this.unconfirmedLength += data.length;
    this.recent.add([event]);
  }

  /** The first events that the store has not confirmed, as many as it takes at once. */
  batch(): readonly TurnEvent[] {
    if (this.unconfirmedLength <= MAX_BATCH_BYTES) return [...this.unconfirmed];
    let count = 0;
    let length = 0;
    for (const { data } of this.unconfirmed) {
      length += data.length;
      if (count > 0 && length > MAX_BATCH_BYTES) break;
      count += 1;
    }
    return this.unconfirmed.slice(0, count);
  }

  /** Whether there is more than one batch to be sent. */
  get isLong(): boolean {
    return this.unconfirmedLength > MAX_BATCH_BYTES && this.unconfirmed.length > 1;
  }

  /** The store has the events of a batch. */
  confirm(batch: readonly TurnEvent[]): void {
    for (const { data } of this.unconfirmed.splice(0, batch.length)) {
      this.unconfirmedLength -= data.length;
    }
  }

  /** The events that end the turn. Changes nothing: the store may refuse this end for another. */
  allWith(lastChunks: readonly Chunk[]): readonly TurnEvent[] {
    const numbered = lastChunks.map((chunk, i) => ({
      seq: this.last + i + 1,
      data: JSON.stringify(chunk),
    }));
    return [...this.unconfirmed, ...numbered];
  }

  /** The store has the events that end the turn. */
  conclude(all: readonly TurnEvent[]): void {
    this.recent.add(all.filter(({ seq }) => seq > this.last));
    this.last = all.at(-1)?.seq ?? this.last;
    this.confirm(this.unconfirmed);
  }

  /** A page of the events behind a number. Undefined: there are none, or the store alone has the first of them. */
  behind(after: number): readonly TurnEvent[] | undefined {
    return this.recent.behind(after) ?? pageBehind(this.unconfirmed, after);
  }
}

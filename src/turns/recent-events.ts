import type { TurnEvent } from '../domain/turn.js';

/** Characters. Turns of which so much is held are followed by many clients at once. */
const MAX_LENGTH = 32 * 1024;
/** What an event takes besides its text. */
const EVENT_LENGTH = 100;

/** The last events of a turn, without a gap between them, up to a bound. */
export class RecentEvents {
  private events: TurnEvent[] = [];
  private length = 0;

  /** Adds events that follow each other. After a gap, the events before it are forgotten. */
  add(events: readonly TurnEvent[]): void {
    const [first] = events;
    const last = this.events.at(-1);
    if (first && last && first.seq !== last.seq + 1) this.clear();
    this.events.push(...events);
    for (const event of events) this.length += lengthOf(event);
    let forgotten = 0;
    while (this.length > MAX_LENGTH) this.length -= lengthOf(this.events[forgotten++] as TurnEvent);
    this.events.splice(0, forgotten);
  }

  clear(): void {
    this.events = [];
    this.length = 0;
  }

  /** The events behind a seq, `limit` at most; undefined when the event behind it is not held. */
  behind(after: number, limit: number): readonly TurnEvent[] | undefined {
    const [first] = this.events;
    if (!first || after < first.seq - 1) return undefined;
    const from = after - first.seq + 1;
    return from < this.events.length ? this.events.slice(from, from + limit) : undefined;
  }
}

function lengthOf({ data }: TurnEvent): number {
  return data.length + EVENT_LENGTH;
}

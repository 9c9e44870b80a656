import type { TurnEvent } from '../domain/turn.js';

/** Bytes of the events of a page, roughly: what a slow client holds in memory. One larger event is a page, too. */
export const PAGE_BYTES = 16 * 1024;

/** Characters. A turn that runs here holds so much, and so does a reader of another one. */
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

  /** The events behind a seq, a page at most; undefined when the event behind it is not held. */
  behind(after: number): readonly TurnEvent[] | undefined {
    return pageBehind(this.events, after);
  }
}

/** A page of events that follow each other, behind a seq; undefined when the event behind it is not among them. */
export function pageBehind(
  events: readonly TurnEvent[],
  after: number,
): readonly TurnEvent[] | undefined {
  const [first] = events;
  if (!first || after < first.seq - 1) return undefined;
  const from = after - first.seq + 1;
  if (from >= events.length) return undefined;
  let to = from;
  for (let length = 0; to < events.length && length < PAGE_BYTES; to++) {
    length += (events[to] as TurnEvent).data.length;
  }
  return events.slice(from, to);
}

function lengthOf({ data }: TurnEvent): number {
  return data.length + EVENT_LENGTH;
}

import type { TurnEvent, TurnPage } from '../../domain/turn.js';

/** Events that a store holds as one entry. JSON has no line feeds, and so they separate the events. */
export interface EventBatch {
  /** The seq of the last event. A batch of an older process has that event alone. */
  readonly seq: number;
  readonly data: string;
}

/** @param events one or more, each with the seq behind the one before */
export function encodeBatch(events: readonly TurnEvent[]): EventBatch {
  const { seq } = events.at(-1) as TurnEvent;
  return { seq, data: events.map(({ data }) => data).join('\n') };
}

function decodeBatch({ seq, data }: EventBatch): TurnEvent[] {
  const lines = data.split('\n');
  return lines.map((line, i) => ({ seq: seq - lines.length + 1 + i, data: line }));
}

/**
 * The page of a read behind `after`: it may begin and end within a batch. Batches overlap where events were sent twice:
 * a store cannot cut a batch that is sealed.
 * @param batches those of which some events are behind `after`
 * @param areAll whether there are no batches behind these
 */
export function pageOfEvents(
  batches: Iterable<EventBatch>,
  { after, maxBytes }: { readonly after: number; readonly maxBytes: number },
  areAll = true,
): Pick<TurnPage, 'events' | 'isComplete'> {
  const events: TurnEvent[] = [];
  let [bytes, last] = [0, after];
  for (const batch of batches) {
    for (const event of decodeBatch(batch)) {
      if (event.seq <= last) continue;
      if (bytes >= maxBytes) return { events: withoutBatches(events), isComplete: false };
      events.push(event);
      last = event.seq;
      bytes += Buffer.byteLength(event.data);
    }
  }
  return { events: withoutBatches(events), isComplete: areAll };
}

/**
 * V8 makes each piece of a split text a view of the whole text: a slow client, which holds a page, would hold its
 * batches too. These events are views of the page alone.
 */
function withoutBatches(events: readonly TurnEvent[]): readonly TurnEvent[] {
  if (events.length === 0) return events;
  const lines = events
    .map(({ data }) => `${data}\n`)
    .join('')
    .split('\n');
  return events.map(({ seq }, i) => ({ seq, data: lines[i] as string }));
}

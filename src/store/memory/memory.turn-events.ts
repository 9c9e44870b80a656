import type { TurnEvent, TurnPage } from '../../domain/turn.js';
import { encodeBatch, pageOfEvents, type EventBatch } from '../codecs/event-batch.codec.js';
import type { TurnQuery } from '../turn-store.js';
import { bytesOfBatch } from './memory.sizes.js';

/** The events of the turns of one conversation. */
export class MemoryTurnEvents {
  /** In the order in which the turns had their first events. */
  private readonly byTurn = new Map<string, EventBatch[]>();
  private eventBytes = 0;

  /** Roughly what the events take in memory. */
  get bytes(): number {
    return this.eventBytes;
  }

  add(turnId: string, events: readonly TurnEvent[]): void {
    if (events.length === 0) return;
    const batches = this.byTurn.get(turnId) ?? [];
    this.byTurn.set(turnId, batches);
    const batch = encodeBatch(events);
    batches.push(batch);
    this.eventBytes += bytesOfBatch(batch);
  }

  read(turnId: string, query: TurnQuery): Pick<TurnPage, 'events' | 'isComplete'> {
    const batches = this.byTurn.get(turnId) ?? [];
    const next = batches.findLastIndex(({ seq }) => seq <= query.after) + 1;
    return pageOfEvents(batches.slice(next), query);
  }

  /** Forgets the events of all other turns. */
  retain(turnIds: readonly (string | undefined)[]): void {
    for (const [id, batches] of this.byTurn) {
      if (!turnIds.includes(id)) this.drop(id, batches, batches.length);
    }
  }

  /** Drops the oldest events, at least `bytes` of them, or all that there are. */
  trim(bytes: number): void {
    const target = this.eventBytes - bytes;
    for (const [id, batches] of this.byTurn) {
      let count = 0;
      let left = this.eventBytes;
      for (const batch of batches) {
        if (left <= target) break;
        left -= bytesOfBatch(batch);
        count += 1;
      }
      this.drop(id, batches, count);
      if (this.eventBytes <= target) return;
    }
  }

  private drop(turnId: string, batches: EventBatch[], count: number): void {
    for (const batch of batches.splice(0, count)) this.eventBytes -= bytesOfBatch(batch);
    if (batches.length === 0) this.byTurn.delete(turnId);
  }
}

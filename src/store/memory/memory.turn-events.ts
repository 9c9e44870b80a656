import { MAX_TURN_EVENTS, type TurnEvent } from '../../domain/turn.js';
import { bytesOfEvent } from './memory.sizes.js';

/** The events of the turns of one conversation. */
export class MemoryTurnEvents {
  /** In the order in which the turns had their first events. */
  private readonly byTurn = new Map<string, TurnEvent[]>();
  private eventBytes = 0;

  /** Roughly what the events take in memory. */
  get bytes(): number {
    return this.eventBytes;
  }

  /** Over {@link MAX_TURN_EVENTS} the oldest events of the turn go. */
  add(turnId: string, events: readonly TurnEvent[]): void {
    if (events.length === 0) return;
    const all = this.byTurn.get(turnId) ?? [];
    this.byTurn.set(turnId, all);
    for (const event of events) {
      all.push(event);
      this.eventBytes += bytesOfEvent(event);
    }
    if (all.length > MAX_TURN_EVENTS) this.drop(turnId, all, all.length - MAX_TURN_EVENTS);
  }

  read(turnId: string, after: number, limit: number): TurnEvent[] {
    const events = this.byTurn.get(turnId) ?? [];
    return events.filter(({ seq }) => seq > after).slice(0, limit);
  }

  /** Forgets the events of all other turns. */
  retain(turnIds: readonly (string | undefined)[]): void {
    for (const [id, events] of this.byTurn) {
      if (!turnIds.includes(id)) this.drop(id, events, events.length);
    }
  }

  /** Drops the oldest events, at least `bytes` of them, or all that there are. */
  trim(bytes: number): void {
    const target = this.eventBytes - bytes;
    for (const [id, events] of this.byTurn) {
      let count = 0;
      let left = this.eventBytes;
      for (const event of events) {
        if (left <= target) break;
        left -= bytesOfEvent(event);
        count += 1;
      }
      this.drop(id, events, count);
      if (this.eventBytes <= target) return;
    }
  }

  private drop(turnId: string, events: TurnEvent[], count: number): void {
    for (const event of events.splice(0, count)) this.eventBytes -= bytesOfEvent(event);
    if (events.length === 0) this.byTurn.delete(turnId);
  }
}

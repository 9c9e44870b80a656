import { MAX_TURN_EVENTS, type TurnEvent } from '../../domain/turn.js';

/** The events of the turns of one conversation. */
export class MemoryTurnEvents {
  private readonly byTurn = new Map<string, TurnEvent[]>();

  /** Over {@link MAX_TURN_EVENTS} the oldest events of the turn go. */
  add(turnId: string, events: readonly TurnEvent[]): void {
    const all = [...(this.byTurn.get(turnId) ?? []), ...events];
    this.byTurn.set(turnId, all.slice(-MAX_TURN_EVENTS));
  }

  read(turnId: string, after: number, limit: number): TurnEvent[] {
    const events = this.byTurn.get(turnId) ?? [];
    return events.filter(({ seq }) => seq > after).slice(0, limit);
  }

  /** Forgets the events of all other turns. */
  retain(turnIds: readonly (string | undefined)[]): void {
    for (const id of this.byTurn.keys()) {
      if (!turnIds.includes(id)) this.byTurn.delete(id);
    }
  }
}

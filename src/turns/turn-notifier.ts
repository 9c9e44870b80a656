import { Injectable } from '@nestjs/common';
import { AutoResetEvent } from './auto-reset-event.js';

/** Notifies the waiters of this process that something has happened in a conversation. */
@Injectable()
export class TurnNotifier {
  private readonly waiters = new Map<string, Set<AutoResetEvent>>();

  /** The caller must pass the event to {@link unsubscribe} when it waits no more. */
  subscribe(conversationId: string): AutoResetEvent {
    const event = new AutoResetEvent();
    const events = this.waiters.get(conversationId) ?? new Set();
    this.waiters.set(conversationId, events.add(event));
    return event;
  }

  unsubscribe(conversationId: string, event: AutoResetEvent): void {
    const events = this.waiters.get(conversationId);
    events?.delete(event);
    if (events?.size === 0) this.waiters.delete(conversationId);
  }

  notify(conversationId: string): void {
    for (const event of this.waiters.get(conversationId) ?? []) event.set();
  }

  notifyAll(): void {
    for (const conversationId of this.waiters.keys()) this.notify(conversationId);
  }
}

import { subscribe, unsubscribe, type Channel } from 'node:diagnostics_channel';

/** What metrics observe, until the service ends. */
export class Subscriptions {
  private readonly ends: (() => void)[] = [];

  /** @param channel that publishes these messages alone */
  add<Message extends object>(
    { name }: Pick<Channel, 'name'>,
    onMessage: (message: Message) => void,
  ): void {
    const listener = (message: unknown): void => onMessage(message as Message);
    subscribe(name, listener);
    this.ends.push(() => unsubscribe(name, listener));
  }

  /** @param end of what was subscribed in another way */
  addEnd(end: () => void): void {
    this.ends.push(end);
  }

  end(): void {
    for (const end of this.ends.splice(0)) end();
  }
}

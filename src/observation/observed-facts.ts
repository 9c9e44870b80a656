import { channel, type Channel } from 'node:diagnostics_channel';

/** Facts that metrics may observe: what a background task did, or what a server says of itself. */
export class ObservedFacts<Fact extends object> {
  readonly channel: Channel<unknown, Fact>;

  /** @param name of the channel of `node:diagnostics_channel`; all parts of the process share it */
  constructor(name: string) {
    this.channel = channel(name) as Channel<unknown, Fact>;
  }

  get isObserved(): boolean {
    return this.channel.hasSubscribers;
  }

  publish(fact: Fact): void {
    if (this.isObserved) this.channel.publish(fact);
  }
}

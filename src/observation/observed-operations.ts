import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel';

/**
 * Operations that metrics and traces may observe: when each begins, and how it ends. As long as nobody observes them,
 * they cost one comparison. A subscriber gets the same object, which it may extend, at every step of an operation.
 */
export class ObservedOperations<Operation extends object> {
  readonly channel: TracingChannel<unknown, Operation>;

  /** @param name of the channel of `node:diagnostics_channel`; all parts of the process share it */
  constructor(name: string) {
    this.channel = tracingChannel<unknown, Operation>(name);
  }

  get isObserved(): boolean {
    return this.channel.hasSubscribers;
  }

  run<Result>(operation: Operation, work: () => Promise<Result>): Promise<Result> {
    return this.isObserved ? this.channel.tracePromise(work, { ...operation }) : work();
  }
}

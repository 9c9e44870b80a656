import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel';

/** How an operation ended. `error` is undefined when it succeeded; times are milliseconds. */
export type OnOperationEnd<Operation> = (
  operation: Operation,
  tookMs: number,
  error: unknown,
  result: unknown,
) => void;

/**
 * Operations that metrics and traces may observe: when each begins, and how it ends. As long as nobody observes them,
 * they cost one comparison. A subscriber of the channel gets the same object, which it may extend, at every step of an
 * operation. That takes 3 µs for each; who needs only the end listens to {@link onEnd}, which takes a tenth of it.
 */
export class ObservedOperations<Operation extends object> {
  readonly channel: TracingChannel<unknown, Operation>;
  private listeners: readonly OnOperationEnd<Operation>[] = [];

  /** @param name of the channel of `node:diagnostics_channel`; all parts of the process share it */
  constructor(name: string) {
    this.channel = tracingChannel<unknown, Operation>(name);
  }

  get isObserved(): boolean {
    return this.listeners.length > 0 || this.channel.hasSubscribers;
  }

  /**
   * Calls back whenever an operation has ended.
   * @returns ends that
   */
  onEnd(listener: OnOperationEnd<Operation>): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    };
  }

  run<Result>(operation: Operation, work: () => Promise<Result>): Promise<Result> {
    if (this.listeners.length > 0) return this.timed(operation, work);
    return this.traced(operation, work);
  }

  private traced<Result>(operation: Operation, work: () => Promise<Result>): Promise<Result> {
    return this.channel.hasSubscribers ? this.channel.tracePromise(work, { ...operation }) : work();
  }

  /** Every request comes here twice, so it is no async function, which would make two promises more. */
  private timed<Result>(operation: Operation, work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    return this.traced(operation, work).then(
      (result) => {
        this.end(operation, startedAt, undefined, result);
        return result;
      },
      (error: unknown) => {
        this.end(operation, startedAt, error, undefined);
        throw error;
      },
    );
  }

  private end(operation: Operation, startedAt: number, error: unknown, result: unknown): void {
    const tookMs = performance.now() - startedAt;
    for (const listener of this.listeners) listener(operation, tookMs, error, result);
  }
}

import { CodedError } from '../domain/coded-error.js';
import type { ObservedOperations } from '../observation/observed-operations.js';
import type { DurationHistogram, Durations } from './duration-histogram.js';
import type { Labels } from './labels.js';
import type { Subscriptions } from './subscriptions.js';

/** What an operation has when it ends. */
export interface EndedOperation {
  readonly error?: unknown;
  readonly result?: unknown;
}

interface TimedOperation extends EndedOperation {
  /** Milliseconds of `performance.now()`. */
  metricsStartedAt?: number;
}

/** The operations of a name, by how they ended. */
interface Outcomes {
  readonly ok: Durations;
  /** By the code of the error. */
  readonly failed: Map<string, Durations>;
}

/** How long operations take, by what does them, by their names and by how they end. */
export class OperationDurations<Group extends string, Name extends string> {
  private readonly groups = new Map<string, Map<string, Outcomes>>();

  /** `group` and `name` are the properties that become labels. */
  constructor(
    private readonly histogram: DurationHistogram,
    private readonly group: Group,
    private readonly name: Name,
  ) {}

  observe(
    { channel }: ObservedOperations<Readonly<Record<Group | Name, string>>>,
    subscriptions: Subscriptions,
    onEnd?: (operation: EndedOperation) => void,
  ): void {
    subscriptions.add<TimedOperation>(channel.start, (operation) => {
      operation.metricsStartedAt = performance.now();
    });
    subscriptions.add<Readonly<Record<Group | Name, string>> & TimedOperation>(
      channel.asyncEnd,
      (operation) => {
        const { metricsStartedAt, error } = operation;
        // It began before anybody observed.
        if (metricsStartedAt === undefined) return;
        const seconds = (performance.now() - metricsStartedAt) / 1000;
        this.durationsOf(operation[this.group], operation[this.name], error).observe(seconds);
        onEnd?.(operation);
      },
    );
  }

  private durationsOf(group: string, name: string, error: unknown): Durations {
    const { ok, failed } = this.outcomesOf(group, name);
    if (error === undefined) return ok;
    const code = codeOf(error);
    let durations = failed.get(code);
    if (!durations) {
      durations = this.histogram.durationsOf({ ...this.labelsOf(group, name), outcome: code });
      failed.set(code, durations);
    }
    return durations;
  }

  private outcomesOf(group: string, name: string): Outcomes {
    let names = this.groups.get(group);
    if (!names) this.groups.set(group, (names = new Map<string, Outcomes>()));
    let outcomes = names.get(name);
    if (!outcomes) {
      const labels = { ...this.labelsOf(group, name), outcome: 'ok' };
      outcomes = { ok: this.histogram.durationsOf(labels), failed: new Map() };
      names.set(name, outcomes);
    }
    return outcomes;
  }

  private labelsOf(group: string, name: string): Labels {
    return { [this.group]: group, [this.name]: name };
  }
}

/** Errors without a code are of a kind that nobody expects: they count as one. */
function codeOf(error: unknown): string {
  return error instanceof CodedError ? error.code : 'unexpected-error';
}

import { CodedError } from '../domain/coded-error.js';
import type { ObservedOperations } from '../observation/observed-operations.js';
import type { DurationHistogram, Durations } from './duration-histogram.js';
import type { Labels } from './labels.js';
import type { Subscriptions } from './subscriptions.js';

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

  observe<Operation extends Readonly<Record<Group | Name, string>>>(
    operations: ObservedOperations<Operation>,
    subscriptions: Subscriptions,
    onResult?: (result: unknown) => void,
  ): void {
    const end = operations.onEnd((operation, tookMs, error, result) => {
      this.durationsOf(operation[this.group], operation[this.name], error).observe(tookMs / 1000);
      if (error === undefined) onResult?.(result);
    });
    subscriptions.addEnd(end);
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

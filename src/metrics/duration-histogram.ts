import { Histogram, type Registry } from 'prom-client';
import { PREFIX, type Labels } from './labels.js';

export interface DurationHistogramOptions {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[];
}

/** The durations of one combination of labels. Whoever observes often holds on to it. */
export class Durations {
  readonly counts: number[];
  count = 0;
  sum = 0;

  constructor(
    readonly labels: Labels,
    private readonly bounds: readonly number[],
  ) {
    this.counts = bounds.map(() => 0);
  }

  observe(seconds: number): void {
    this.count++;
    this.sum += seconds;
    const { bounds } = this;
    for (let i = 0; i < bounds.length; i++) {
      if (seconds <= (bounds[i] as number)) {
        (this.counts[i] as number)++;
        return;
      }
    }
  }
}

interface Value {
  readonly metricName: string;
  readonly labels: Labels;
  /** Labels of several values: the registry formats them once for the object. */
  readonly sharedLabels: Labels;
  readonly value: number;
}

/**
 * A histogram for what happens with every request. That of prom-client checks and hashes the labels of every
 * observation, which takes about a microsecond: here the observer finds its {@link Durations} once.
 */
export class DurationHistogram extends Histogram {
  private readonly all: Durations[] = [];
  private readonly bounds: readonly number[];
  private readonly text: { readonly name: string; readonly help: string };

  constructor(registry: Registry, { name, help, labelNames, buckets }: DurationHistogramOptions) {
    super({
      name: PREFIX + name,
      help,
      labelNames: [...labelNames],
      buckets: [...buckets],
      registers: [registry],
    });
    this.bounds = buckets;
    this.text = { name: PREFIX + name, help };
  }

  /** Call it once for each combination of labels, of which there must be few. */
  durationsOf(labels: Labels): Durations {
    const durations = new Durations(labels, this.bounds);
    this.all.push(durations);
    return durations;
  }

  /** What a registry of prom-client calls, and `get` of its histogram, which is not in its types. */
  getForPromString(): object {
    const values = this.all.flatMap((durations) => this.valuesOf(durations));
    return { ...this.text, type: 'histogram', aggregator: 'sum', values };
  }

  private valuesOf({ labels: sharedLabels, counts, sum, count }: Durations): Value[] {
    const { name } = this.text;
    let cumulated = 0;
    const buckets = this.bounds.map((le, i): Value => {
      cumulated += counts[i] as number;
      return { metricName: `${name}_bucket`, labels: { le }, sharedLabels, value: cumulated };
    });
    return [
      ...buckets,
      { metricName: `${name}_bucket`, labels: { le: '+Inf' }, sharedLabels, value: count },
      { metricName: `${name}_sum`, labels: {}, sharedLabels, value: sum },
      { metricName: `${name}_count`, labels: {}, sharedLabels, value: count },
    ];
  }
}

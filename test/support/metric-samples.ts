/** A line of what Prometheus scrapes. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a service tells Prometheus. */
export class MetricSamples {
  private constructor(
    readonly text: string,
    readonly all: readonly MetricSample[],
  ) {}

  static async of(url: string): Promise<MetricSamples> {
    const response = await fetch(`${url}/metrics`);
    if (response.status !== 200) throw new Error(`/metrics answered ${response.status}.`);
    const text = await response.text();
    return new MetricSamples(text, text.split('\n').flatMap(parse));
  }

  /** The names of all lines: those of a histogram end with _bucket, _sum and _count. */
  get names(): ReadonlySet<string> {
    return new Set(this.all.map(({ name }) => name));
  }

  /** The sum of all lines of the name that have these labels; undefined when there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const matching = this.all.filter(
      (sample) =>
        sample.name === `conversation_store_${name}` &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
    return matching.length === 0 ? undefined : matching.reduce((sum, { value }) => sum + value, 0);
  }
}

function parse(line: string): MetricSample[] {
  const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined || line.startsWith('#')) return [];
  const pairs = Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, label, of]) => [label, of]);
  return [
    {
      name,
      labels: Object.fromEntries(pairs) as Record<string, string>,
      value: Number(value?.replace('+Inf', 'Infinity')),
    },
  ];
}

import { Counter, Gauge, type Registry } from 'prom-client';
import { PREFIX, type Labels } from './labels.js';

export interface Sample {
  readonly value: number;
  readonly labels?: Labels;
}

interface MetricText {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
}

type Read = () => readonly Sample[] | Promise<readonly Sample[]>;

/** A gauge that is read when somebody scrapes. */
export function addGauge(registry: Registry, text: MetricText, read: Read): void {
  new Gauge({
    ...configuration(registry, text),
    async collect() {
      const samples = await read();
      this.reset();
      for (const { labels = {}, value } of samples) this.inc({ ...labels }, value);
    },
  });
}

/** A counter that somebody else counts, and that is read when somebody scrapes. */
export function addCounter(registry: Registry, text: MetricText, read: Read): void {
  new Counter({
    ...configuration(registry, text),
    async collect() {
      const samples = await read();
      this.reset();
      for (const { labels = {}, value } of samples) this.inc({ ...labels }, value);
    },
  });
}

function configuration(registry: Registry, { name, help, labelNames = [] }: MetricText) {
  return { name: PREFIX + name, help, labelNames: [...labelNames], registers: [registry] };
}

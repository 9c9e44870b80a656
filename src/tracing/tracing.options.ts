/** As OTEL_TRACES_SAMPLER names them. */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** What a turn's span says in the words of the conventions for generative AI; `content` adds the messages. */
export const GEN_AI_DETAILS = ['off', 'metadata', 'content'] as const;

export type SamplerName = (typeof SAMPLERS)[number];
export type GenAiDetail = (typeof GEN_AI_DETAILS)[number];

/** Whether there are traces, and where they go. */
export type TracingOptions = { readonly isOn: false } | ActiveTracingOptions;

export interface ActiveTracingOptions {
  readonly isOn: true;
  /** Where spans are sent, with the path. */
  readonly url: string;
  /** Of each request to that address: they may hold a secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds that a request with spans may take. */
  readonly timeoutMs: number;
  /** What is said of this service once for all of its spans. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerName;
  /** 0 to 1: the part of the traces that a sampler with a ratio records. */
  readonly samplingRatio: number;
  readonly batch: BatchOptions;
  readonly genAi: GenAiDetail;
  /** Whether a span has the address of the client. */
  readonly hasClientAddress: boolean;
}

export interface BatchOptions {
  /** Spans that wait at most; further ones are dropped. */
  readonly maxQueued: number;
  readonly maxSize: number;
  /** Milliseconds between two batches. */
  readonly delayMs: number;
  /** Milliseconds after which the next batch goes on without an answer to this one. */
  readonly timeoutMs: number;
}

/** As log lines name them. */
export interface TraceIds {
  readonly trace_id: string;
  readonly span_id: string;
}

type Reader = () => TraceIds | undefined;

const NONE: Reader = () => undefined;

let reader: Reader = NONE;

/** The span in which this code runs, for a log line. Undefined outside of any, and while there are no traces. */
export function currentTraceIds(): TraceIds | undefined {
  return reader();
}

/** For whoever starts the traces. Without a reader there are none. */
export function readTraceIdsWith(next: Reader = NONE): void {
  reader = next;
}

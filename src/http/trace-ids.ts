declare module 'node:http' {
  interface IncomingMessage {
    /** What tracing sets, so that the lines of the log that are about the request name its trace. */
    traceIds?: TraceIds;
  }
}

/** As OpenTelemetry names the fields in logs: 32 and 16 hexadecimal digits. */
interface TraceIds {
  readonly trace_id: string;
  readonly span_id: string;
}

type Reader = () => TraceIds | undefined;

const NONE: Reader = () => undefined;

let reader: Reader = NONE;

/** The span in which this code runs, for a line of the log. Undefined outside of any, and while there are no traces. */
export function currentTraceIds(): TraceIds | undefined {
  return reader();
}

/** For tracing: how to find the span. Without a reader there is none. */
export function readTraceIdsWith(next: Reader = NONE): void {
  reader = next;
}

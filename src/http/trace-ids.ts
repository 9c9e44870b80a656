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

export const ACCESS_CONTEXT = 'Access';

/** What the log says about one request when it has ended. */
export interface AccessLine {
  readonly requestId: string;
  readonly method: string;
  /** The pattern, such as `/api/v1/conversations/:id`; absent when no route matches. */
  readonly route?: string;
  /** Without the query. */
  readonly path: string;
  /** Absent when the connection closed before there was an answer. */
  readonly status?: number;
  readonly durationMs: number;
  /** Bytes of the answer with its head, without TLS. */
  readonly bytes: number;
  /** The hash of the tenant; absent when the caller is not known. */
  readonly tenant?: string;
  /** The connection closed before the whole answer was written. */
  readonly aborted?: true;
  readonly remoteAddress?: string;
  readonly trace_id?: string;
  readonly span_id?: string;
}

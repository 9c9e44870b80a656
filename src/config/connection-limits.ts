import type { HttpEnvironment } from './http.environment.js';

/** What clients may take of the connections. */
export interface ConnectionLimits {
  /** Connections at the same time. One more is closed at once. */
  readonly connections: number;
  /** Milliseconds for the head of a request, from its first byte or from the start of the connection. */
  readonly headersMs: number;
  /** Milliseconds for a request with its body. */
  readonly requestMs: number;
  /** Milliseconds without a byte after which a client is gone that has an answer to take or a body to send. */
  readonly stalledMs: number;
}

export function toConnectionLimits(environment: HttpEnvironment): ConnectionLimits {
  return {
    connections: environment.MAX_CONNECTIONS,
    headersMs: environment.HEADERS_TIMEOUT_MS,
    requestMs: environment.REQUEST_TIMEOUT_MS,
    stalledMs: environment.STALLED_CONNECTION_MS,
  };
}

const TEXT = { type: 'string' };

/** Every header of an answer that the service itself sets, besides those that helmet sets for browsers. */
export const ANSWER_HEADERS = {
  'X-Request-Id': {
    description:
      'The id of the request: the one that the client has sent in a header of this name, or a new one. Logs have it.',
    schema: TEXT,
  },
  'Cache-Control': {
    description: 'No shared cache stores what belongs to one user.',
    schema: TEXT,
  },
  'Server-Timing': {
    description: 'Only with tracing: the `traceparent` of the request.',
    schema: TEXT,
  },
  RateLimit: {
    description:
      'Only where the operator limits requests: the requests `r` that are left of each limit, and the seconds `t` until its window ends.',
    schema: TEXT,
    example: '"user";r=598;t=42',
  },
  'RateLimit-Policy': {
    description:
      'Only where the operator limits requests: the requests `q` that pass in a window of `w` seconds, for each limit.',
    schema: TEXT,
    example: '"user";q=600;w=60',
  },
  ETag: {
    description: 'The version of the conversation, in quotes.',
    schema: TEXT,
    example: '"3"',
  },
  Location: {
    description: 'The path of what was created: of the conversation, or of the stream of the turn.',
    schema: TEXT,
  },
  'Idempotency-Replayed': {
    description: 'Only when this answer repeats that to an earlier request under the same key.',
    schema: { type: 'string', enum: ['true'] },
  },
  'X-Conversation-Source': {
    description:
      'Only when PostgreSQL has answered alone: the changes of the last seconds may be missing.',
    schema: { type: 'string', enum: ['archive'] },
  },
  'Retry-After': {
    description: 'The seconds after which the client may send the request again.',
    schema: { type: 'integer', minimum: 1 },
    example: 1,
  },
  'WWW-Authenticate': { description: 'How to authenticate.', schema: TEXT, example: 'Bearer' },
  'X-Accel-Buffering': {
    description: 'Tells proxies that they must not buffer the stream.',
    schema: { type: 'string', enum: ['no'] },
  },
  'X-Vercel-AI-UI-Message-Stream': {
    description: 'Tells the AI SDK that this is its own stream.',
    schema: { type: 'string', enum: ['v1'] },
  },
};

/** The name of a header that answers may have. */
export type HeaderName = keyof typeof ANSWER_HEADERS;

/** The headers that every answer may have. */
export const COMMON_HEADERS = ['X-Request-Id', 'Cache-Control', 'Server-Timing'] as const;

/** The headers that every answer to a caller may have. */
export const CALLER_HEADERS = ['RateLimit', 'RateLimit-Policy'] as const;

/** References to the descriptions of these headers, for an answer that has them. */
export function headerRefs(names: readonly HeaderName[]): Record<string, { $ref: string }> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

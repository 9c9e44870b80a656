export type { AccessToken, TokenRequest } from './access-token.js';
export type * from './call-options.js';
export { ConversationClient, type ClientOptions } from './conversation-client.js';
export type { RetryOptions } from './http/retry-policy.js';
export type * from './model.js';
export {
  NO_TOKEN,
  problemOf,
  ProblemError,
  UNKNOWN_ANSWER,
  UNREACHABLE,
  type ProblemContext,
} from './problem-error.js';
export { TurnStream } from './turns/turn-stream.js';

/** A kind of problem, as its page explains it. */
export interface ProblemType {
  readonly status: number;
  readonly title: string;
  /** What the service has done, and why. */
  readonly meaning: string;
  /** What a client does next. */
  readonly remedy: string;
}

/** The last part of the `type` of a problem. */
export type ProblemSlug = keyof typeof PROBLEM_TYPES;

const UNCHANGED = 'Nothing was changed.';

/** Every problem that the service itself answers. */
export const PROBLEM_TYPES = {
  // The request
  'invalid-request': {
    status: 400,
    title: 'The request is not valid.',
    meaning: `A field, a parameter or a header does not have the form that the route takes. ${UNCHANGED}`,
    remedy: 'Correct what "errors" names, field by field. The same request will fail again.',
  },
  'malformed-body': {
    status: 400,
    title: 'The body cannot be accepted as JSON.',
    meaning: `The body is not JSON in UTF-8, or it is nested too deeply, has too many elements, or has a key such as "__proto__". ${UNCHANGED}`,
    remedy: 'Send a JSON object in UTF-8. "detail" says what is wrong.',
  },
  'bad-request': {
    status: 400,
    title: 'Bad Request.',
    meaning: 'The server cannot read the request as HTTP.',
    remedy: 'Look at the path and at the headers of the request.',
  },
  'not-found': {
    status: 404,
    title: 'Not Found.',
    meaning: 'The service has no such route.',
    remedy: 'Look for a mistake in the path. The API description has every route.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method Not Allowed.',
    meaning: 'The path exists, but not with this method.',
    remedy: 'Use one of the methods that the header "Allow" names.',
  },
  'request-timeout': {
    status: 408,
    title: 'Request Timeout.',
    meaning: 'The request did not arrive in time.',
    remedy: 'Send the request again. A POST needs the same Idempotency-Key.',
  },
  'payload-too-large': {
    status: 413,
    title: 'Payload Too Large.',
    meaning: `The body has more bytes than this service takes. ${UNCHANGED}`,
    remedy: 'Send fewer messages in a request, or refer to a file by its address.',
  },
  'uri-too-long': {
    status: 414,
    title: 'URI Too Long.',
    meaning: 'A part of the path is longer than any id.',
    remedy: 'Look at the ids in the path.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported Media Type.',
    meaning: `The body has another type than JSON, a content encoding, or another charset than UTF-8. ${UNCHANGED}`,
    remedy: 'Send "Content-Type: application/json" and a body in UTF-8, without compression.',
  },
  'rate-limited': {
    status: 429,
    title: 'There are too many requests.',
    meaning: `You, or all users of your tenant together, have sent more requests than the operator allows in a window of time. ${UNCHANGED}`,
    remedy: 'Wait for the seconds of "Retry-After", then send the request again.',
  },
  'request-header-fields-too-large': {
    status: 431,
    title: 'Request Header Fields Too Large.',
    meaning: 'The headers of the request are too large together.',
    remedy: 'Send fewer and shorter headers.',
  },

  // The token
  unauthorized: {
    status: 401,
    title: 'A valid bearer token is required.',
    meaning:
      'The token is missing, has expired, or does not come from the issuer that this service trusts.',
    remedy: 'Get a new token, and send it as "Authorization: Bearer <token>".',
  },
  forbidden: {
    status: 403,
    title: 'The token does not allow this.',
    meaning: `Only a token with the service role may write messages of the assistant, of the system and of tools. ${UNCHANGED}`,
    remedy: 'Send messages of the role "user", or use a token with the service role.',
  },
  'keys-unavailable': {
    status: 503,
    title: 'Tokens cannot be checked right now.',
    meaning: `The service cannot reach the server that has the keys of the tokens. ${UNCHANGED}`,
    remedy: 'Send the request again after the seconds of "Retry-After".',
  },

  // The conversation
  'conversation-not-found': {
    status: 404,
    title: 'There is no such conversation.',
    meaning:
      'You have no conversation of this id: it never was, it has expired, it was deleted, or it is not yours.',
    remedy: 'List the conversations again, and forget this id.',
  },
  'conversation-exists': {
    status: 409,
    title: 'A conversation with this id exists already.',
    meaning: `The id is in use. ${UNCHANGED}`,
    remedy: 'Send the request again: the server makes a new id.',
  },
  'conversation-closed': {
    status: 409,
    title: 'The conversation takes no more messages.',
    meaning: `The conversation is completed or archived. ${UNCHANGED}`,
    remedy: 'Set its status to "active" with a PATCH, or create a new conversation.',
  },
  'conversation-full': {
    status: 409,
    title: 'The conversation is full.',
    meaning: `The conversation would have more messages than the operator allows. ${UNCHANGED}`,
    remedy: 'Create a new conversation, or fork this one at an earlier message.',
  },
  'too-many-conversations': {
    status: 409,
    title: 'There are too many conversations.',
    meaning: `You would have more conversations than the operator allows. ${UNCHANGED}`,
    remedy: 'Delete conversations that you need no more.',
  },
  'quota-exceeded': {
    status: 409,
    title: 'The quota of the user is used up.',
    meaning: `Your conversations would have more bytes than the operator allows. ${UNCHANGED}`,
    remedy: 'Delete conversations that you need no more.',
  },
  'version-conflict': {
    status: 412,
    title: 'The conversation has changed.',
    meaning: `"If-Match" names another version than the current one. ${UNCHANGED}`,
    remedy: 'Read the conversation, and send the change again with its "ETag".',
  },
  'idempotency-mismatch': {
    status: 422,
    title: 'The idempotency key belongs to another request.',
    meaning: `A request with another body was sent under this Idempotency-Key within 24 hours. ${UNCHANGED}`,
    remedy: 'Use a new Idempotency-Key for a new request.',
  },

  // The branch
  'message-not-found': {
    status: 404,
    title: 'There is no such message.',
    meaning: `The conversation has no message of this seq. ${UNCHANGED}`,
    remedy: 'Read the messages of the conversation, and use a seq that it has.',
  },
  'message-superseded': {
    status: 409,
    title: 'The message was continued before.',
    meaning: `Another request has sent other results for this message: from a second tab, say. ${UNCHANGED}`,
    remedy: 'Read the messages of the conversation, and go on from the one that is there.',
  },
  'branches-full': {
    status: 409,
    title: 'The conversation has too many branches.',
    meaning: `A conversation has at most 1,000 places where a branch begins. ${UNCHANGED}`,
    remedy: 'Fork the conversation: the copy has one branch.',
  },

  // The turn
  'turn-not-found': {
    status: 404,
    title: 'There is no such turn.',
    meaning: 'The service keeps the events of the latest two turns of a conversation for an hour.',
    remedy: 'Read the conversation: what the turn has answered is stored there.',
  },
  'turn-conflict': {
    status: 409,
    title: 'Another turn is running in the conversation.',
    meaning: `A conversation runs one turn at a time. ${UNCHANGED}`,
    remedy: 'Wait until that turn ends, or send "onConflict": "enqueue" or "interrupt".',
  },
  'turn-failed': {
    status: 502,
    title: 'The turn has failed.',
    meaning: 'What answers the messages has failed. The message is stored, and there is no answer.',
    remedy: 'Ask for the answer again with "regenerate" and the seq of the message.',
  },
  'turn-lost': {
    status: 502,
    title: 'The turn broke off.',
    meaning:
      'The process that ran the turn has gone. The message is stored, unless the conversation was deleted. The reply may be stored, too.',
    remedy:
      'Read the conversation. If the answer is not there, ask for it again with "regenerate".',
  },
  'turns-stopped': {
    status: 503,
    title: 'This process is stopping.',
    meaning: `The process ends, and another one takes over. ${UNCHANGED}`,
    remedy: 'Send the request again after the seconds of "Retry-After".',
  },

  // The store
  'conversation-damaged': {
    status: 500,
    title: 'The conversation is damaged.',
    meaning:
      'Part of the conversation is missing from the store, or cannot be read. A change that you have sent may be stored.',
    remedy: 'Tell the operator the "X-Request-Id". You can still delete the conversation.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side.',
    meaning: 'The service has met an error that it does not expect.',
    remedy:
      'Tell the operator the "X-Request-Id". Send a POST again under the same Idempotency-Key.',
  },
  'store-unavailable': {
    status: 503,
    title: 'Conversations are not available right now.',
    meaning:
      'The service cannot reach its store. With "mayHaveBeenApplied": true, the change may be stored although the answer of the store was lost.',
    remedy:
      'Send the request again after the seconds of "Retry-After", a POST under the same Idempotency-Key.',
  },
  overloaded: {
    status: 503,
    title: 'The service has too much to do right now.',
    meaning: `The request would exceed a bound that protects the process. ${UNCHANGED}`,
    remedy: 'Send the request again after the seconds of "Retry-After".',
  },
} as const satisfies Readonly<Record<string, ProblemType>>;

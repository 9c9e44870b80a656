/** What a test sends and what the service answers to it, in this order: the test holds each answer to be as it is here. */
export interface Example {
  /** The operation. */
  readonly of: string;
  readonly request?: unknown;
  readonly status: number;
  readonly answer: unknown;
}

const ID = '01a21884-83e2-718e-85e9-000000000001';
const TIME = '2026-11-26T09:30:00.000Z';
const PATH = `/api/v1/conversations/${ID}`;

const QUESTION = textMessage(2, 1, 'A table for two on Friday, please.');
const ADDITION = textMessage(3, 2, 'By the window.');

const CREATED = conversation({
  title: 'Booking for Friday',
  metadata: { channel: 'web' },
  messageCount: 1,
  leafSeq: 1,
  version: 1,
});

const CHANGED = conversation({
  title: 'A table for two',
  metadata: {},
  messageCount: 1,
  leafSeq: 1,
  version: 2,
});

export const EXAMPLES: readonly Example[] = [
  {
    of: 'createConversation',
    request: {
      title: 'Booking for Friday',
      metadata: { channel: 'web' },
      messages: [{ content: 'A table for two on Friday, please.' }],
    },
    status: 201,
    answer: { ...CREATED, messages: [QUESTION] },
  },
  { of: 'listConversations', status: 200, answer: { data: [CREATED], nextCursor: null } },
  {
    of: 'getConversation',
    status: 200,
    answer: { ...CREATED, messages: [QUESTION], hasMore: false },
  },
  {
    of: 'updateConversation',
    request: { title: 'A table for two', metadata: { channel: null } },
    status: 200,
    answer: CHANGED,
  },
  {
    of: 'appendMessages',
    request: { messages: [{ parts: [{ type: 'text', text: 'By the window.' }] }] },
    status: 201,
    answer: {
      data: [ADDITION],
      conversation: { ...CHANGED, messageCount: 2, leafSeq: 2, version: 3 },
    },
  },
  {
    of: 'listMessages',
    status: 200,
    answer: { data: [QUESTION, ADDITION], hasMore: false, leafSeq: 2 },
  },
  {
    of: 'startTurn',
    request: { message: 'Thank you!' },
    status: 201,
    answer: {
      turnId: uuid(4),
      messages: [
        textMessage(5, 3, 'Thank you!'),
        {
          id: uuid(6),
          seq: 4,
          role: 'assistant',
          parts: [{ type: 'text', text: 'You said: Thank you!', state: 'done' }],
          metadata: { turnId: uuid(4), userSeq: 3 },
          createdAt: TIME,
        },
      ],
    },
  },
  {
    of: 'forkConversation',
    request: { seq: 1 },
    status: 201,
    answer: {
      ...CHANGED,
      id: uuid(7),
      forkedFrom: { id: ID, seq: 1 },
      version: 1,
      messages: [QUESTION],
      hasMore: false,
    },
  },
  {
    of: 'sendChat',
    request: { conversationId: ID, message: 'See you on Friday.' },
    status: 200,
    answer: { conversationId: ID, messages: [textMessage(8, 5, 'See you on Friday.')] },
  },
  { of: 'flushConversations', status: 200, answer: { flushed: 0 } },
  {
    of: 'listConversations',
    status: 400,
    answer: {
      type: '/problems/invalid-request',
      title: 'The request is not valid.',
      status: 400,
      instance: '/api/v1/conversations',
      errors: [{ field: 'limit', message: 'must be a whole number from 1 to 100' }],
    },
  },
  {
    of: 'appendMessages',
    request: { messages: [{ role: 'assistant', content: 'Of course.' }] },
    status: 403,
    answer: {
      type: '/problems/forbidden',
      title: 'The token does not allow this.',
      status: 403,
      detail: 'Messages of other roles than user need the role Conversations.Service.',
      instance: `${PATH}/messages`,
    },
  },
  {
    of: 'updateConversation',
    request: { title: 'Dinner' },
    status: 412,
    answer: {
      type: '/problems/version-conflict',
      title: 'The conversation has changed.',
      status: 412,
      detail: 'If-Match names another version than the current one. ETag has the current version.',
      instance: PATH,
    },
  },
  { of: 'deleteConversation', status: 204, answer: undefined },
  {
    of: 'getConversation',
    status: 404,
    answer: {
      type: '/problems/conversation-not-found',
      title: 'There is no such conversation.',
      status: 404,
      instance: PATH,
    },
  },
  { of: 'eraseConversations', status: 200, answer: { deleted: 1 } },
];

function uuid(n: number): string {
  return ID.replace(/.$/, String(n));
}

function conversation(properties: object): object {
  return {
    id: ID,
    tenantId: 'contoso',
    userId: 'alice',
    status: 'active',
    createdAt: TIME,
    updatedAt: TIME,
    lastAccessedAt: TIME,
    expiresAt: '2026-12-26T09:30:00.000Z',
    ...properties,
  };
}

function textMessage(n: number, seq: number, text: string): object {
  return { id: uuid(n), seq, role: 'user', parts: [{ type: 'text', text }], createdAt: TIME };
}

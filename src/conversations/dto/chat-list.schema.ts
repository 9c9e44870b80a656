import { CONVERSATION_STATUSES } from '../../domain/conversation.js';

const STATUS = { type: 'string', enum: CONVERSATION_STATUSES } as const;

/** `status` is one or several. Nest cannot say so of a property that is a list. */
export const CHAT_LIST_SCHEMAS = {
  ChatListOptions: {
    type: 'object',
    properties: {
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
      cursor: { type: 'string' },
      status: {
        description: 'One status or several.',
        oneOf: [STATUS, { type: 'array', items: STATUS, minItems: 1 }],
      },
    },
    additionalProperties: false,
  },
} as const;

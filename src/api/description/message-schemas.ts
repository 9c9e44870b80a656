import { ROLES } from '../../domain/message.js';

const COMMON = {
  role: { type: 'string', enum: ROLES, default: 'user' },
  metadata: { type: 'object', additionalProperties: true },
  id: {
    type: 'string',
    maxLength: 255,
    description:
      'Ignored: the server makes the ids of messages. It is here for a `UIMessage`, which has the id of its client.',
  },
} as const;

function message(required: string, properties: object, description: string): object {
  return {
    type: 'object',
    description,
    required: [required],
    properties: { ...properties, ...COMMON },
    additionalProperties: false,
  };
}

function refs(...names: string[]): object[] {
  return names.map((name) => ({ $ref: `#/components/schemas/${name}` }));
}

/** A message has a text or parts, and a part any properties. Nest cannot say so of a class. */
export const MESSAGE_SCHEMAS = {
  Part: {
    type: 'object',
    description:
      'A part of an AI SDK `UIMessage`, stored as sent. A part of the type `text` has a `text`. A part of another type may have any properties.',
    required: ['type'],
    properties: {
      type: { type: 'string', minLength: 1 },
      text: { type: 'string', description: 'Required when the type is `text`.' },
    },
    additionalProperties: true,
  },
  NewTextMessage: message(
    'content',
    { content: { type: 'string', minLength: 1, description: 'The text of the message.' } },
    'A message that is a text.',
  ),
  NewPartsMessage: message(
    'parts',
    { parts: { type: 'array', items: { $ref: '#/components/schemas/Part' }, minItems: 1 } },
    'A message that has parts. A whole `UIMessage` of the AI SDK is one.',
  ),
  NewMessage: {
    description: 'A message to store: a text, or parts.',
    oneOf: refs('NewTextMessage', 'NewPartsMessage'),
  },
  MessageOrText: {
    description: 'A message to store, or only its text.',
    oneOf: [{ type: 'string', minLength: 1 }, ...refs('NewTextMessage', 'NewPartsMessage')],
  },
};

import { TURN_POLICIES } from '../../domain/turn.js';

const ON_CONFLICT = {
  type: 'string',
  enum: TURN_POLICIES,
  default: 'reject',
  description: 'While another turn runs: fail with 409, wait for its end, or cancel it.',
} as const;

const SEQ = { type: 'integer', minimum: 1 } as const;

function turn(required: string, properties: object): object {
  return {
    type: 'object',
    required: [required],
    properties: { ...properties, onConflict: ON_CONFLICT },
    additionalProperties: false,
  };
}

/** What a turn answers is one of three. Nest cannot say so of a class. */
export const NEW_TURN_SCHEMAS = {
  NewTurn: {
    description: 'What is to be answered: a `message`, or one that is stored.',
    oneOf: ['MessageTurn', 'RegenerateTurn', 'ContinueTurn'].map((name) => ({
      $ref: `#/components/schemas/${name}`,
    })),
  },
  MessageTurn: turn('message', {
    message: { $ref: '#/components/schemas/MessageOrText' },
    parentSeq: {
      ...SEQ,
      minimum: 0,
      description:
        'The message that `message` is to follow, 0 before the first one; the last one of the active branch when absent.',
    },
  }),
  RegenerateTurn: turn('regenerate', {
    regenerate: {
      ...SEQ,
      description: 'The `seq` of a message of the user that is to be answered again.',
    },
  }),
  ToolResult: {
    type: 'object',
    description: 'What a tool of the client made of a call: an `output` or an `errorText`.',
    required: ['toolCallId'],
    properties: {
      toolCallId: { type: 'string', minLength: 1, maxLength: 255 },
      output: { description: 'Any JSON.' },
      errorText: { type: 'string', minLength: 1, maxLength: 10_000 },
    },
    additionalProperties: false,
  },
  ContinueTurn: turn('continue', {
    continue: { $ref: '#/components/schemas/Continuation' },
  }),
} as const;

type Schema = Readonly<Record<string, unknown>>;

const TEXT = { type: 'string' } as const;
const ANYTHING = { description: 'Any JSON.' } as const;
const BOOLEAN = { type: 'boolean' } as const;
const LIST = { type: 'array', items: {} } as const;
const OBJECT = { type: 'object', additionalProperties: true } as const;

const FROM_PROVIDER = {
  providerMetadata: { type: 'object', additionalProperties: OBJECT },
} as const;

const TOOL_CALL = {
  ...FROM_PROVIDER,
  toolMetadata: OBJECT,
  providerExecuted: BOOLEAN,
  dynamic: BOOLEAN,
} as const;

const METADATA = {
  type: ['object', 'null'],
  properties: {
    turnId: { type: 'string', format: 'uuid', description: 'Cancels or resumes the turn.' },
    userSeq: {
      type: 'integer',
      minimum: 1,
      description: 'The `seq` of the message that the turn answers.',
    },
  },
  additionalProperties: true,
} as const;

const FINISH_REASONS = [
  'stop',
  'length',
  'content-filter',
  'tool-calls',
  'error',
  'interrupted',
  'other',
];

/** An event of these types: properties that it always has, and properties that it may have. */
function event(types: readonly string[], always: Schema = {}, maybe: Schema = {}): Schema {
  return {
    type: 'object',
    required: ['type', ...Object.keys(always)],
    properties: { type: { type: 'string', enum: types }, ...always, ...maybe },
  };
}

/** The events of a turn, as `ui-message-chunk.ts` has their types and `chunk-rules.ts` checks them. */
const EVENTS: Readonly<Record<string, Schema>> = {
  StartEvent: event(['start'], {}, { messageId: TEXT, messageMetadata: METADATA }),
  MetadataEvent: event(['message-metadata'], { messageMetadata: METADATA }),
  FinishEvent: event(
    ['finish'],
    {},
    { finishReason: { ...TEXT, enum: FINISH_REASONS }, messageMetadata: METADATA },
  ),
  AbortEvent: event(['abort'], {}, { reason: TEXT }),
  ErrorEvent: event(
    ['error'],
    { errorText: TEXT },
    { problem: { $ref: '#/components/schemas/Problem' } },
  ),
  StepEvent: event(['start-step', 'finish-step', 'reset-step']),
  TextBoundaryEvent: event(
    ['text-start', 'text-end', 'reasoning-start', 'reasoning-end'],
    { id: TEXT },
    { ...FROM_PROVIDER, citations: LIST },
  ),
  TextDeltaEvent: event(
    ['text-delta', 'reasoning-delta'],
    { id: TEXT, delta: TEXT },
    FROM_PROVIDER,
  ),
  FileEvent: event(['file', 'reasoning-file'], { mediaType: TEXT, url: TEXT }, FROM_PROVIDER),
  SourceUrlEvent: event(
    ['source-url'],
    { sourceId: TEXT, url: TEXT },
    { ...FROM_PROVIDER, title: TEXT },
  ),
  SourceDocumentEvent: event(
    ['source-document'],
    { sourceId: TEXT, mediaType: TEXT, title: TEXT },
    { ...FROM_PROVIDER, filename: TEXT },
  ),
  CustomEvent: event(['custom'], { kind: TEXT }, FROM_PROVIDER),
  SteeringMessageEvent: event(['steering-message'], { id: TEXT, parts: LIST }),
  ToolInputStartEvent: event(
    ['tool-input-start'],
    { toolCallId: TEXT, toolName: TEXT },
    { ...TOOL_CALL, title: TEXT, inputEncoding: { ...TEXT, enum: ['json', 'text'] } },
  ),
  ToolInputDeltaEvent: event(['tool-input-delta'], { toolCallId: TEXT, inputTextDelta: TEXT }),
  ToolInputEvent: event(
    ['tool-input-available'],
    { toolCallId: TEXT, toolName: TEXT, input: ANYTHING },
    { ...TOOL_CALL, title: TEXT },
  ),
  ToolInputErrorEvent: event(
    ['tool-input-error'],
    { toolCallId: TEXT, toolName: TEXT, input: ANYTHING, errorText: TEXT },
    { ...TOOL_CALL, title: TEXT },
  ),
  ToolOutputEvent: event(
    ['tool-output-available'],
    { toolCallId: TEXT, output: ANYTHING },
    { ...TOOL_CALL, preliminary: BOOLEAN },
  ),
  ToolOutputErrorEvent: event(
    ['tool-output-error'],
    { toolCallId: TEXT, errorText: TEXT },
    TOOL_CALL,
  ),
  ToolOutputDeniedEvent: event(['tool-output-denied'], { toolCallId: TEXT }),
  ToolApprovalRequestEvent: event(
    ['tool-approval-request'],
    { approvalId: TEXT, toolCallId: TEXT },
    {
      approvalDescriptor: ANYTHING,
      inputSchemaInput: ANYTHING,
      reason: TEXT,
      isAutomatic: BOOLEAN,
      signature: TEXT,
    },
  ),
  ToolApprovalResponseEvent: event(
    ['tool-approval-response'],
    { approvalId: TEXT, approved: BOOLEAN },
    { ...FROM_PROVIDER, reason: TEXT, providerExecuted: BOOLEAN },
  ),
  DataEvent: {
    type: 'object',
    description: 'A part of the application’s own. Its type begins with `data-`.',
    required: ['type', 'data'],
    properties: {
      type: { type: 'string', pattern: '^data-' },
      id: TEXT,
      data: ANYTHING,
      transient: { ...BOOLEAN, description: 'Streamed, and not stored.' },
    },
  },
};

/** The schemas of the events of a turn. */
export const TURN_EVENT_SCHEMAS = {
  ...EVENTS,
  TurnEvent: {
    description:
      'An event of a turn: a chunk of the UI message stream (v1) of the AI SDK. `finish`, `abort` or `error` is the last one.',
    anyOf: Object.keys(EVENTS).map((name) => ({ $ref: `#/components/schemas/${name}` })),
  },
};

import { ScriptDefinition } from './script-definition.js';

const CONVERSATION = ['conversationKey', 'messagesKey'] as const;
const INDICES = ['expiriesKey', 'activeKey', 'completedKey', 'archivedKey'] as const;

/** Every script of the store. Each describes its KEYS, its ARGV and its results in its own text. */
export const SCRIPTS = {
  create: new ScriptDefinition('create', {
    keys: [...CONVERSATION, ...INDICES, 'recordKey?'],
    args: [
      'id',
      'ttl',
      'maxConversations',
      'maxMessages',
      'requestHash',
      'recordTtl',
      'metadata',
      'hasTitle',
      'title',
      'hasExternalId',
      'externalId',
      '...messages',
    ],
  }),
  read: new ScriptDefinition('read', {
    keys: CONVERSATION,
    args: ['direction', 'seq', 'limit', 'maxBytes'],
  }),
  append: new ScriptDefinition('append', {
    keys: [...CONVERSATION, 'expiriesKey', 'activeKey', 'recordKey?'],
    args: ['id', 'ttl', 'maxMessages', 'requestHash', 'recordTtl', '...messages'],
  }),
  update: new ScriptDefinition('update', {
    keys: [...CONVERSATION, ...INDICES],
    args: [
      'id',
      'ttl',
      'expectedVersion',
      'newStatus',
      'titleAction',
      'newTitle',
      'externalIdAction',
      'newExternalId',
      'metadataAction',
      'metadataPatch',
      'maxMetadataKeys',
    ],
  }),
  delete: new ScriptDefinition('delete', {
    keys: [
      ...CONVERSATION,
      ...INDICES,
      'turnKey',
      'eventsKey',
      'queueKey',
      'previousTurnKey',
      'previousEventsKey',
    ],
    args: ['id', 'expectedVersion'],
  }),
  touch: new ScriptDefinition('touch', {
    keys: [...CONVERSATION, ...INDICES],
    args: ['id', 'ttl'],
  }),
  putState: new ScriptDefinition('put-state', {
    keys: [...CONVERSATION, ...INDICES, 'turnKey'],
    args: ['id', 'ttl', 'expectedVersion', 'state', 'turnId'],
  }),
  list: new ScriptDefinition('list', {
    keys: INDICES,
    args: ['limit', 'updatedAt', 'afterId', '...statuses'],
  }),
  listIds: new ScriptDefinition('list-ids', { keys: INDICES, args: [] }),
  readHashes: new ScriptDefinition('read-hashes', {
    keys: ['...hashKeys'],
    args: ['maxBytes', '...fieldNames'],
  }),
  beginTurn: new ScriptDefinition('begin-turn', {
    keys: [
      ...CONVERSATION,
      'expiriesKey',
      'activeKey',
      'turnKey',
      'eventsKey',
      'queueKey',
      'previousTurnKey',
      'previousEventsKey',
      'recordKey?',
    ],
    args: [
      'id',
      'ttl',
      'maxMessages',
      'turnId',
      'lease',
      'onConflict',
      'maxQueued',
      'turnRetention',
      'message',
      'requestHash',
      'recordTtl',
    ],
  }),
  advanceTurn: new ScriptDefinition('advance-turn', {
    keys: ['conversationKey', 'turnKey', 'eventsKey'],
    args: ['turnId', 'lease', 'turnRetention', 'maxEvents', '...events'],
  }),
  endTurn: new ScriptDefinition('end-turn', {
    keys: [...CONVERSATION, ...INDICES, 'turnKey', 'eventsKey', 'previousTurnKey', 'recordKey?'],
    args: [
      'id',
      'ttl',
      'maxMessages',
      'turnId',
      'ending',
      'newStatus',
      'turnRetention',
      'maxEvents',
      'requestHash',
      'recordTtl',
      'replyCount',
      '...repliesAndEvents',
    ],
  }),
  readTurn: new ScriptDefinition('read-turn', {
    keys: ['conversationKey', 'turnKey', 'eventsKey', 'previousTurnKey', 'previousEventsKey'],
    args: ['turnId', 'after', 'limit'],
  }),
  cancelTurn: new ScriptDefinition('cancel-turn', {
    keys: ['conversationKey', 'turnKey', 'queueKey', 'previousTurnKey'],
    args: ['turnId'],
  }),
} as const;

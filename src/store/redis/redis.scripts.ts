import { ScriptDefinition } from './script-definition.js';

const CONVERSATION = ['conversationKey', 'messagesKey'] as const;
const INDICES = ['expiriesKey', 'activeKey', 'completedKey', 'archivedKey'] as const;
/** Given with a quota, and not without one. */
const USAGE = ['usageKey?', 'recordsKey?'] as const;

/** Every script of the store. Each describes its KEYS, its ARGV and its results in its own text. */
export const SCRIPTS = {
  create: new ScriptDefinition('create', {
    keys: [...CONVERSATION, ...INDICES, 'recordKey?', ...USAGE],
    args: [
      'id',
      'ttl',
      'maxConversations',
      'maxMessages',
      'requestHash',
      'recordTtl',
      'ownerQuota',
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
    keys: [...CONVERSATION, 'expiriesKey', 'activeKey', 'recordKey?', ...USAGE],
    args: ['id', 'ttl', 'maxMessages', 'requestHash', 'recordTtl', 'ownerQuota', '...messages'],
  }),
  update: new ScriptDefinition('update', {
    keys: [...CONVERSATION, ...INDICES, 'usageKey?'],
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
      'ownerQuota',
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
      'usageKey?',
    ],
    args: ['id', 'expectedVersion'],
  }),
  touch: new ScriptDefinition('touch', {
    keys: [...CONVERSATION, ...INDICES, 'usageKey?'],
    args: ['id', 'ttl'],
  }),
  putState: new ScriptDefinition('put-state', {
    keys: [...CONVERSATION, ...INDICES, 'turnKey', 'usageKey?'],
    args: ['id', 'ttl', 'expectedVersion', 'state', 'turnId', 'ownerQuota'],
  }),
  list: new ScriptDefinition('list', {
    keys: [...INDICES, ...USAGE],
    args: ['limit', 'updatedAt', 'afterId', '...statuses'],
  }),
  listIds: new ScriptDefinition('list-ids', { keys: [...INDICES, ...USAGE], args: [] }),
  prune: new ScriptDefinition('prune', { keys: [...INDICES, ...USAGE], args: [] }),
  listRecords: new ScriptDefinition('list-records', { keys: ['recordsKey'], args: [] }),
  deleteRecords: new ScriptDefinition('delete-records', {
    keys: ['usageKey', 'recordsKey', '...recordKeys'],
    args: [],
  }),
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
      ...USAGE,
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
      'ownerQuota',
    ],
  }),
  advanceTurn: new ScriptDefinition('advance-turn', {
    keys: ['conversationKey', 'turnKey', 'eventsKey'],
    args: ['turnId', 'lease', 'turnRetention', 'maxEvents', '...events'],
  }),
  endTurn: new ScriptDefinition('end-turn', {
    keys: [
      ...CONVERSATION,
      ...INDICES,
      'turnKey',
      'eventsKey',
      'previousTurnKey',
      'recordKey?',
      ...USAGE,
    ],
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

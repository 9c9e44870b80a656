import { ScriptDefinition } from '../script-definition.js';

const CONVERSATION = ['conversationKey', 'messagesKey'] as const;
const INDICES = ['expiriesKey', 'activeKey', 'completedKey', 'archivedKey'] as const;

/** The scripts that only a store with a record behind it has. Each describes itself in its own text. */
export const TIER_SCRIPTS = {
  readPartition: new ScriptDefinition('read-partition', {
    keys: ['flushKey', 'hotKey', 'deletedKey'],
    args: [],
  }),
  initFlush: new ScriptDefinition('init-flush', { keys: ['flushKey'], args: ['instance'] }),
  recoverFlush: new ScriptDefinition('recover-flush', {
    keys: ['flushKey'],
    args: ['token', 'number', 'deletes', 'instance', 'redisWentBack'],
  }),
  beginFlush: new ScriptDefinition('begin-flush', {
    keys: ['flushKey', 'hotKey'],
    args: ['token', 'lease', 'limit'],
  }),
  raiseFlush: new ScriptDefinition('raise-flush', { keys: ['flushKey'], args: ['token', 'lease'] }),
  endFlush: new ScriptDefinition('end-flush', {
    keys: ['flushKey'],
    args: ['token', 'committed'],
  }),
  readUnsaved: new ScriptDefinition('read-unsaved', {
    keys: ['...groupedKeys'],
    args: ['maxBytes'],
  }),
  settle: new ScriptDefinition('settle', {
    keys: ['hotKey', 'flushKey', '...groupedKeys'],
    args: ['committed', 'residency', 'tail', '...snapshots'],
  }),
  reserveFill: new ScriptDefinition('reserve-fill', {
    keys: [...CONVERSATION, 'tombstoneKey', 'fillKey'],
    args: ['token', 'lease'],
  }),
  fill: new ScriptDefinition('fill', {
    keys: [...CONVERSATION, ...INDICES, 'hotKey', 'fillKey', 'tombstoneKey'],
    args: [
      'id',
      'token',
      'residency',
      'ttl',
      'isExpiring',
      'revision',
      'status',
      'version',
      'messageCount',
      'createdAt',
      'updatedAt',
      'lastAccessedAt',
      'size',
      'hasTitle',
      'title',
      'hasExternalId',
      'externalId',
      'forkedFrom',
      'metadata',
      'state',
      'stateVersion',
      'base',
      'leafSeq',
      'branches',
      '...elements',
    ],
  }),
  readPlaces: new ScriptDefinition('read-places', {
    keys: ['...keyPairs'],
    args: ['...fieldNames'],
  }),
  cancelFill: new ScriptDefinition('cancel-fill', { keys: ['fillKey'], args: ['token'] }),
  drop: new ScriptDefinition('drop', {
    keys: [
      ...CONVERSATION,
      ...INDICES,
      'turnKey',
      'eventsKey',
      'queueKey',
      'previousTurnKey',
      'previousEventsKey',
      'hotKey',
      'unsavedKey',
      'unsavedRecordsKey',
      'usageKey?',
    ],
    args: ['id', 'revision', 'onlyClean', 'dropTurns'],
  }),
  forget: new ScriptDefinition('forget', {
    keys: [...CONVERSATION, 'hotKey', 'unsavedKey'],
    args: ['id'],
  }),
  bury: new ScriptDefinition('bury', {
    keys: [...CONVERSATION, 'tombstoneKey', 'deletedKey', 'fillKey', 'flushKey'],
    args: ['revision'],
  }),
  finishDelete: new ScriptDefinition('finish-delete', {
    keys: ['tombstoneKey', 'deletedKey', 'flushKey'],
    args: ['member', 'revision', 'retention', 'number'],
  }),
  reopenDeletes: new ScriptDefinition('reopen-deletes', { keys: ['deletedKey'], args: [] }),
  markAgain: new ScriptDefinition('mark-again', {
    keys: ['hotKey', '...groupedKeys'],
    args: ['...ids'],
  }),
  renewUnsaved: new ScriptDefinition('renew-unsaved', {
    keys: [...CONVERSATION, ...INDICES, 'hotKey', 'unsavedKey', 'usageKey?'],
    args: ['id', 'ttl'],
  }),
  quarantine: new ScriptDefinition('quarantine', { keys: ['hotKey'], args: ['member'] }),
  adopt: new ScriptDefinition('adopt', {
    keys: [...CONVERSATION, 'hotKey', 'unsavedKey'],
    args: ['id'],
  }),
  sweepIndex: new ScriptDefinition('sweep-index', {
    keys: ['hotKey', 'deletedKey', 'flushKey'],
    args: ['cleanGrace', 'deleteGrace'],
  }),
  pruneUnsaved: new ScriptDefinition('prune-unsaved', {
    keys: ['unsavedKey', '...conversationKeys'],
    args: ['...ids'],
  }),
  storeSavedUsage: new ScriptDefinition('store-saved-usage', {
    keys: ['usageKey', 'expiriesKey'],
    args: ['savedBytes'],
  }),
  chargeSavedUsage: new ScriptDefinition('charge-saved-usage', {
    keys: ['usageKey'],
    args: ['addedBytes'],
  }),
  restoreRecord: new ScriptDefinition('restore-record', {
    keys: ['recordKey'],
    args: ['record', 'recordTtl'],
  }),
} as const;

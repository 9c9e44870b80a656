-- Deletes a conversation with its messages, its working state and its turns, a damaged one too.
--
-- KEYS[1]  conversationKey    hash of the conversation
-- KEYS[2]  messagesKey        list of its messages
-- KEYS[3]  expiriesKey        ids by expiresAt
-- KEYS[4]  activeKey          ids of the active conversations by updatedAt
-- KEYS[5]  completedKey       ids of the completed ones
-- KEYS[6]  archivedKey        ids of the archived ones
-- KEYS[7]  turnKey            hash of the latest turn
-- KEYS[8]  eventsKey          stream of its events
-- KEYS[9]  queueKey           hash of the turns that wait
-- KEYS[10] previousTurnKey    hash of the turn before the latest
-- KEYS[11] previousEventsKey  stream of its events
-- KEYS[12] hotKey             conversations of the partition and their marks; absent without a tier
-- KEYS[13] unsavedKey         ids that were never saved; absent without a tier
-- KEYS[14] tombstoneKey       revision of the tombstone; absent without a tier
-- KEYS[15] deletedKey         conversations of the partition that were deleted; absent without a tier
-- KEYS[16] fillKey            token of who hydrates the id; absent without a tier
-- KEYS[17] unsavedRecordsKey  idempotency records of the conversation to be saved; absent without a tier
-- KEYS[18] flushKey           hash of the partition's flushes; absent without a tier
-- KEYS[19] usageKey           bytes of the owner; absent without a quota
-- ARGV[1]  id
-- ARGV[2]  expectedVersion    '' for any
-- ARGV[3]  tombstoneTtl       ms; of no meaning without a tier
--
-- Result   OK, and with a tier: revision of the tombstone, records to be saved: key, record, key, record …,
--          number of the delete in its partition, number of the last one whose tombstone the record has
-- Errors   NOT_FOUND
--          CONFLICT, version
local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local activeKey, completedKey, archivedKey = KEYS[4], KEYS[5], KEYS[6]
local turnKey, eventsKey, queueKey = KEYS[7], KEYS[8], KEYS[9]
local previousTurnKey, previousEventsKey = KEYS[10], KEYS[11]
local hotKey, unsavedKey = KEYS[12] ~= KEYS[1] and KEYS[12], KEYS[13] ~= KEYS[1] and KEYS[13]
local tombstoneKey, deletedKey = KEYS[14] ~= KEYS[1] and KEYS[14], KEYS[15] ~= KEYS[1] and KEYS[15]
local fillKey, unsavedRecordsKey = KEYS[16] ~= KEYS[1] and KEYS[16], KEYS[17] ~= KEYS[1] and KEYS[17]
local flushKey, usageKey = KEYS[18] ~= KEYS[1] and KEYS[18], KEYS[19]
local id, expectedVersion, tombstoneTtl = ARGV[1], ARGV[2], ARGV[3]

-- A head that cannot be read has no version that could conflict.
local head, revision = unpack(redis.call('HMGET', conversationKey, 'head', 'revision'))
local version = head and string.match(head, '^%l+ (%d+) ')
if version and expectedVersion ~= '' and version ~= expectedVersion then
  return { 'CONFLICT', version }
end

-- The record may have it, at any version: its turns stay until the caller has brought it back.
if hotKey and expectedVersion ~= '' and redis.call('EXISTS', conversationKey, messagesKey) == 0 then
  return { 'NOT_FOUND' }
end

local removed = redis.call('UNLINK', conversationKey, messagesKey)
redis.call('UNLINK', turnKey, eventsKey, queueKey, previousTurnKey, previousEventsKey)
redis.call('ZREM', expiriesKey, id)
redis.call('ZREM', activeKey, id)
redis.call('ZREM', completedKey, id)
redis.call('ZREM', archivedKey, id)
if usageKey then
  local names = { 'c:' .. id }
  -- @include release-usage
end
if removed == 0 then return { 'NOT_FOUND' } end
if not hotKey then return { 'OK' } end

-- A conversation that lost its hash lost its revision with it. Its tombstone is above any.
local tombstone = revision and revision + 1 or 2147483647
local records = redis.call('HGETALL', unsavedRecordsKey)
-- @include read-clock: now
redis.call('SET', tombstoneKey, tombstone, 'PX', tombstoneTtl)
redis.call('ZADD', deletedKey, now, conversationKey)
redis.call('PEXPIRE', deletedKey, tombstoneTtl)
redis.call('DEL', fillKey, unsavedRecordsKey)
redis.call('ZREM', hotKey, conversationKey)
redis.call('SREM', unsavedKey, id)
-- @include number-delete: number, buried
return { 'OK', tombstone, records, number, buried }

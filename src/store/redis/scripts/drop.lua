-- Removes a conversation from Redis, a damaged one too, without a tombstone: the record has it, or has its
-- tombstone.
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
-- KEYS[12] hotKey             conversationKeys of what Redis holds, by time
-- KEYS[13] unsavedKey         ids of the owner's conversations that the record never had
-- KEYS[14] unsavedRecordsKey  hash of the idempotency records that the record does not have
-- KEYS[15] usageKey           bytes of the owner; absent without a quota
-- ARGV[1]  id
-- ARGV[2]  revision           that it must have; '' for any
-- ARGV[3]  onlyClean          1 when the record must have all of it
-- ARGV[4]  dropTurns          1 when its turns are removed, too
--
-- Result   OK, also when there is nothing to remove
-- Errors   CHANGED when it has another revision
--          UNSAVED
local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local activeKey, completedKey, archivedKey = KEYS[4], KEYS[5], KEYS[6]
local turnKey, eventsKey, queueKey = KEYS[7], KEYS[8], KEYS[9]
local previousTurnKey, previousEventsKey, hotKey = KEYS[10], KEYS[11], KEYS[12]
local unsavedKey, unsavedRecordsKey, usageKey = KEYS[13], KEYS[14], KEYS[15]
local id, revision, onlyClean, dropTurns = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4] == '1'

local present = redis.call('HGET', conversationKey, 'revision')
if revision ~= '' and present and present ~= revision then return { 'CHANGED' } end
local score = redis.call('ZSCORE', hotKey, conversationKey)
local isClean = score and tonumber(score) < 0
-- One without a mark is from the time when Redis was alone.
if onlyClean and not isClean and redis.call('EXISTS', conversationKey, messagesKey) > 0 then return { 'UNSAVED' } end

redis.call('UNLINK', conversationKey, messagesKey, unsavedRecordsKey)
if dropTurns then
  redis.call('UNLINK', turnKey, eventsKey, queueKey, previousTurnKey, previousEventsKey)
end
redis.call('ZREM', expiriesKey, id)
redis.call('ZREM', activeKey, id)
redis.call('ZREM', completedKey, id)
redis.call('ZREM', archivedKey, id)
redis.call('ZREM', hotKey, conversationKey)
redis.call('SREM', unsavedKey, id)
if usageKey then
  local names = { 'c:' .. id }
  -- @include release-usage
end
return { 'OK' }

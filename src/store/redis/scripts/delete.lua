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
-- KEYS[12] usageKey           bytes of the owner; absent without a quota
-- ARGV[1]  id
-- ARGV[2]  expectedVersion    '' for any
--
-- Result   OK
-- Errors   NOT_FOUND
--          CONFLICT, version
local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local activeKey, completedKey, archivedKey = KEYS[4], KEYS[5], KEYS[6]
local turnKey, eventsKey, queueKey = KEYS[7], KEYS[8], KEYS[9]
local previousTurnKey, previousEventsKey, usageKey = KEYS[10], KEYS[11], KEYS[12]
local id, expectedVersion = ARGV[1], ARGV[2]

-- A head that cannot be read has no version that could conflict.
local head = redis.call('HGET', conversationKey, 'head')
local version = head and string.match(head, '^%l+ (%d+) ')
if version and expectedVersion ~= '' and version ~= expectedVersion then
  return { 'CONFLICT', version }
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
return { removed > 0 and 'OK' or 'NOT_FOUND' }

-- Renews the deadline of an unsaved conversation that never expires.
--
-- KEYS[1]  conversationKey hash of the conversation
-- KEYS[2]  messagesKey     list of its messages
-- KEYS[3]  expiriesKey     ids by expiresAt
-- KEYS[4]  activeKey       ids of the active conversations by updatedAt
-- KEYS[5]  completedKey    ids of the completed ones
-- KEYS[6]  archivedKey     ids of the archived ones
-- KEYS[7]  hotKey          conversationKeys of what Redis holds, by time
-- KEYS[8]  unsavedKey      ids of the owner's conversations that the record never had
-- KEYS[9]  usageKey        bytes of the owner; absent without a quota
-- ARGV[1]  id
-- ARGV[2]  ttl             ms
--
-- Result   OK
-- Errors   NOT_FOUND
--          DAMAGED
--          CLEAN
local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local activeKey, completedKey, archivedKey, hotKey = KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local unsavedKey, usageKey = KEYS[8], KEYS[9]
local id, ttl = ARGV[1], tonumber(ARGV[2])

-- @include name-conversation-fields
-- @include load-conversation: status, expiresAt; may end: NOT_FOUND, DAMAGED
local score = redis.call('ZSCORE', hotKey, conversationKey)
if not score or tonumber(score) < 0 then return { 'CLEAN' } end
-- @include read-clock: now
expiresAt = now + ttl
-- @include write-head
-- @include index-by-status: indexOf
local indexKey = indexOf[status]
-- @include set-deadlines
redis.call('PEXPIRE', unsavedKey, 7776000000)
return { 'OK' }

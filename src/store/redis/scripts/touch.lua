-- Counts an access: moves lastAccessedAt to now and the deadline with it.
--
-- KEYS[1]  conversationKey  hash of the conversation
-- KEYS[2]  messagesKey      list of its messages
-- KEYS[3]  expiriesKey      ids by expiresAt
-- KEYS[4]  activeKey        ids of the active conversations by updatedAt
-- KEYS[5]  completedKey     ids of the completed ones
-- KEYS[6]  archivedKey      ids of the archived ones
-- KEYS[7]  hotKey           conversations of the partition and their marks; absent without a tier
-- KEYS[8]  usageKey         bytes of the owner; absent without a quota
-- ARGV[1]  id
-- ARGV[2]  ttl              ms
--
-- Result   OK, fields
-- Errors   NOT_FOUND
--          DAMAGED
local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local activeKey, completedKey, archivedKey = KEYS[4], KEYS[5], KEYS[6]
local hotKey, usageKey = KEYS[7] ~= KEYS[1] and KEYS[7], KEYS[8]
local id, ttl = ARGV[1], tonumber(ARGV[2])

-- @include name-conversation-fields
-- @include load-conversation: fields, status, lastAccessedAt, expiresAt; may end: NOT_FOUND, DAMAGED
-- @include require-whole-list; may end: DAMAGED

-- @include read-clock: now, nowText
lastAccessedAt, expiresAt = nowText, now + ttl
-- @include write-head
-- @include index-by-status: indexOf
local indexKey = indexOf[status]
-- @include mark-dirty
-- @include set-deadlines
return { 'OK', fields }

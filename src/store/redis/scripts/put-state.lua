-- Sets the working state of a conversation if its version is still the expected one.
--
-- KEYS[1]  conversationKey  hash of the conversation
-- KEYS[2]  messagesKey      list of its messages
-- KEYS[3]  expiriesKey      ids by expiresAt
-- KEYS[4]  activeKey        ids of the active conversations by updatedAt
-- KEYS[5]  completedKey     ids of the completed ones
-- KEYS[6]  archivedKey      ids of the archived ones
-- KEYS[7]  turnKey          hash of the latest turn
-- KEYS[8]  hotKey           conversations of the partition and their marks; absent without a tier
-- KEYS[9]  usageKey         bytes of the owner; absent without a quota
-- ARGV[1]  id
-- ARGV[2]  ttl              ms
-- ARGV[3]  expectedVersion  of the state that is replaced; 0 when there is none
-- ARGV[4]  state            opaque
-- ARGV[5]  turnId           that must have the conversation; '' for any turn or none
-- ARGV[6]  ownerQuota       bytes
--
-- Result   OK, version of the state
-- Errors   NOT_FOUND
--          DAMAGED
--          CONFLICT, version of the state
--          LOST
--          QUOTA
local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local activeKey, completedKey, archivedKey, turnKey = KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local hotKey, usageKey = KEYS[8] ~= KEYS[1] and KEYS[8], KEYS[9]
local id, ttl, expectedVersion, state = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local turnId, ownerQuota = ARGV[5], tonumber(ARGV[6])

-- @include name-conversation-fields
-- @include load-conversation: status, lastAccessedAt, expiresAt; may end: NOT_FOUND, DAMAGED
-- @include require-whole-list; may end: DAMAGED
-- @include read-clock: now, nowText
if turnId ~= '' then
  local key = turnKey
  -- @include load-turn: turn, TURN_ID, TURN_STATUS
  if turn[TURN_ID] ~= turnId or turn[TURN_STATUS] ~= 'running' then return { 'LOST' } end
end
local stateVersion = redis.call('HGET', conversationKey, 'stateVersion') or '0'
if stateVersion ~= expectedVersion then return { 'CONFLICT', stateVersion } end
if usageKey then
  local addedBytes = #state - redis.call('HSTRLEN', conversationKey, 'state')
  -- @include require-quota; may end: QUOTA
  -- @include charge-usage
end

redis.call('HSET', conversationKey, 'state', state, 'stateVersion', stateVersion + 1)
lastAccessedAt, expiresAt = nowText, now + ttl
-- @include write-head
-- @include index-by-status: indexOf
local indexKey = indexOf[status]
-- @include mark-dirty
-- @include set-deadlines
return { 'OK', stateVersion + 1 }

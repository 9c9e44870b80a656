-- Sets the working state of a conversation if its version is still the expected one.
--
-- KEYS 1-6 as in shared/conversation and shared/indices; KEYS 7-11 as in shared/turn
-- ARGV[1]  id
-- ARGV[2]  TTL, ms
-- ARGV[3]  version of the state that is to be replaced, 0 when there is none
-- ARGV[4]  state, opaque
-- ARGV[5]  id of the turn that must have the conversation, '' for any or none
--
-- Result   { 'OK', version of the state } | { 'NOT_FOUND' } | { 'DAMAGED' } |
--          { 'CONFLICT', version of the state } | { 'LOST' }
-- @include conversation
-- @include indices
-- @include turn
local id, ttl, expectedVersion, state = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local turnId = ARGV[5]

-- @include load
-- @include check-messages
-- @include clock
if turnId ~= '' then
  local turn = loadTurn(turnKey, now)
  if turn[TURN_ID] ~= turnId or turn[TURN_STATUS] ~= 'running' then return { 'LOST' } end
end
local stateVersion = redis.call('HGET', conversationKey, 'stateVersion') or '0'
if stateVersion ~= expectedVersion then return { 'CONFLICT', stateVersion } end

redis.call('HSET', conversationKey, 'state', state, 'stateVersion', stateVersion + 1)
lastAccessedAt, expiresAt = nowText, now + ttl
-- @include write-head
local indexKey = indexOf[status]
-- @include keep
return { 'OK', stateVersion + 1 }

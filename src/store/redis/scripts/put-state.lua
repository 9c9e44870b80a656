-- Sets the working state of a conversation if its version is still the expected one.
--
-- KEYS 1-6 as in shared/conversation
-- ARGV[1]  id
-- ARGV[2]  TTL, ms
-- ARGV[3]  version of the state that is to be replaced, 0 when there is none
-- ARGV[4]  state, opaque
--
-- Result   { 'OK', version of the state } | { 'NOT_FOUND' } | { 'DAMAGED' } |
--          { 'CONFLICT', version of the state }
-- @include conversation
local id, ttl, expectedVersion, state = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]

local conversation = load()
local status = conversation[STATUS]
if not status then return absence() end
if isDamaged(conversation) then return { 'DAMAGED' } end
local version = redis.call('HGET', conversationKey, 'stateVersion') or '0'
if version ~= expectedVersion then return { 'CONFLICT', version } end

local now = clock()
redis.call('HSET', conversationKey, 'state', state, 'stateVersion', version + 1,
  'lastAccessedAt', now, 'expiresAt', now + ttl)
keep(id, status, now + ttl, ttl)
return { 'OK', version + 1 }

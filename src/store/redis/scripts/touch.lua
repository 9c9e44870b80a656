-- Counts an access: moves lastAccessedAt to now and the deadline behind it.
--
-- KEYS 1-6 as in shared/conversation
-- ARGV[1]  id
-- ARGV[2]  TTL, ms
--
-- Result   { 'OK', fields } | { 'NOT_FOUND' } | { 'DAMAGED' }
-- @include conversation
local id, ttl = ARGV[1], tonumber(ARGV[2])

local conversation = load()
local status = conversation[STATUS]
if not status then return absence() end
if isDamaged(conversation) then return { 'DAMAGED' } end

local now = clock()
conversation[LAST_ACCESSED_AT] = now
conversation[EXPIRES_AT] = now + ttl
redis.call('HSET', conversationKey, 'lastAccessedAt', now, 'expiresAt', now + ttl)
keep(id, status, now + ttl, ttl)
return { 'OK', conversation }

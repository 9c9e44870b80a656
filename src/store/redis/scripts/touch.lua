-- Counts an access: moves lastAccessedAt to now and the deadline behind it.
--
-- KEYS 1-6 as in shared/conversation
-- ARGV[1]  id
-- ARGV[2]  TTL, ms
--
-- Result   { 'OK', fields } | { 'NOT_FOUND' } | { 'DAMAGED' }
-- @include conversation
local id, ttl = ARGV[1], tonumber(ARGV[2])

-- @include load
-- @include check-messages

-- @include clock
lastAccessedAt, expiresAt = now, now + ttl
-- @include write-head
-- @include keep
return { 'OK', fields }

-- Counts an access: moves lastAccessedAt to now and the deadline behind it.
--
-- KEYS 1-6 as in shared/conversation and shared/indices
-- ARGV[1]  id
-- ARGV[2]  TTL, ms
--
-- Result   { 'OK', fields } | { 'NOT_FOUND' } | { 'DAMAGED' }
-- @include conversation
-- @include indices
local id, ttl = ARGV[1], tonumber(ARGV[2])

-- @include load
-- @include check-messages

-- @include clock
lastAccessedAt, expiresAt = nowText, now + ttl
-- @include write-head
local indexKey = indexOf[status]
-- @include keep
return { 'OK', fields }

-- Charges the owner for what the record has of its conversations. The usage maps 'saved' to these bytes; a
-- conversation that is unsaved has a field of its own besides, with what was added since.
--
-- KEYS[1] usageKey     bytes of the owner
-- KEYS[2] expiriesKey  ids by expiresAt
-- ARGV[1] savedBytes
--
-- Result  OK, the bytes that were charged before
local usageKey, expiriesKey = KEYS[1], KEYS[2]
local savedBytes = tonumber(ARGV[1])

local formerBytes = tonumber(redis.call('HGET', usageKey, 'saved') or 0)
redis.call('HSET', usageKey, 'saved', savedBytes)
redis.call('HINCRBY', usageKey, 'total', savedBytes - formerBytes)
-- @include renew-usage
return { 'OK', formerBytes }

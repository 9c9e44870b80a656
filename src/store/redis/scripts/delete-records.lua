-- Deletes idempotency records of an owner with a quota.
--
-- KEYS[1]  usageKey    bytes of the owner
-- KEYS[2]  recordsKey  names of the idempotency records by deadline
-- KEYS[3…] recordKeys
--
-- Result   OK
local usageKey, recordsKey = KEYS[1], KEYS[2]
local recordKeys = { unpack(KEYS, 3) }

local names = {}
for i = 1, #recordKeys do names[i] = 'r:' .. string.match(recordKeys[i], '[^:]+$') end
redis.call('UNLINK', unpack(recordKeys))
redis.call('ZREM', recordsKey, unpack(names))
-- @include release-usage
return { 'OK' }

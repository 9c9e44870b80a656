-- Leaves an unsaved conversation out of the flushes: it is unsaved, and holds up no other.
--
-- KEYS[1]  hotKey  conversationKeys of what Redis holds, by time
-- ARGV[1]  member  conversationKey
--
-- Result   OK
--          CLEAN, also when Redis does not hold it
local hotKey = KEYS[1]
local member = ARGV[1]

local score = redis.call('ZSCORE', hotKey, member)
if not score or tonumber(score) < 0 then return { 'CLEAN' } end
redis.call('ZADD', hotKey, '9000000000000000', member)
return { 'OK' }

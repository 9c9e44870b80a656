-- The ids of all of the owner's living conversations.
--
-- KEYS[1]  ids by expiresAt
-- KEYS[2]  index of the active conversations
-- KEYS[3]  index of the completed ones       KEYS[4] index of the archived ones
--
-- Result   { id … }
-- @include expiry
local time = redis.call('TIME')
prune(KEYS[1], { KEYS[2], KEYS[3], KEYS[4] }, time[1] * 1000 + math.floor(time[2] / 1000))
return redis.call('ZRANGE', KEYS[1], 0, -1)

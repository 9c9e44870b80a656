-- Deletes the list of a fork that was refused.
--
-- KEYS[1]  stagedKey  list of the messages of the fork
--
-- Result   OK
local stagedKey = KEYS[1]

redis.call('UNLINK', stagedKey)
return { 'OK' }

-- Lists the idempotency records of an owner with a quota, with those that have expired since.
--
-- KEYS[1]  recordsKey  names of the idempotency records by deadline
--
-- Result   the names
local recordsKey = KEYS[1]

return redis.call('ZRANGE', recordsKey, 0, -1)

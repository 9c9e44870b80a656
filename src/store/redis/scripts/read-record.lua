-- Reads an idempotency record.
--
-- KEYS[1]  recordKey  idempotency record
--
-- Result   the record; false for none
local recordKey = KEYS[1]

return redis.call('GET', recordKey)

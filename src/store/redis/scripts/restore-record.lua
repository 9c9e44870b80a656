-- Stores an idempotency record that the record has, unless the key has one.
--
-- KEYS[1]  recordKey  idempotency record
-- ARGV[1]  record
-- ARGV[2]  recordTtl  ms
--
-- Result   OK
local recordKey = KEYS[1]
local record, recordTtl = ARGV[1], ARGV[2]

if redis.call('EXISTS', recordKey) == 0 then redis.call('SET', recordKey, record, 'PX', recordTtl) end
return { 'OK' }

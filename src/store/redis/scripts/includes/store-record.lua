-- Stores the idempotency record. With a quota, the owner is charged for it, and it is listed by its deadline:
-- an erase has no other way to find it. With a tier, it waits under its idempotency key to be saved; nobody needs
-- it longer than the record itself.
-- Needs: recordKey, record, recordTtl, idempotencyKey, hotKey, unsavedRecordsKey, usageKey, recordsKey, expiriesKey, now
redis.call('SET', recordKey, record, 'PX', recordTtl)
if hotKey then
  redis.call('HSET', unsavedRecordsKey, idempotencyKey, record)
  redis.call('PEXPIRE', unsavedRecordsKey, recordTtl)
end
if usageKey then
  local name = 'r:' .. string.match(recordKey, '[^:]+$')
  local recordBytes = #recordKey + #record
  local formerBytes = redis.call('HGET', usageKey, name) or 0
  redis.call('HSET', usageKey, name, recordBytes)
  redis.call('HINCRBY', usageKey, 'total', recordBytes - formerBytes)
  -- @include renew-usage
  redis.call('ZADD', recordsKey, now + recordTtl, name)
  redis.call('PEXPIRE', recordsKey, recordTtl)
end

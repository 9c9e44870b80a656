-- Ends the script with the idempotency record when the key has one: the write was done before.
-- Needs: recordKey, requestHash
-- May end: REPLAYED
if requestHash ~= '' then
  local record = redis.call('GET', recordKey)
  if record then return { 'REPLAYED', record } end
end

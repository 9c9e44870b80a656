-- Discharges the owner of the conversations and idempotency records of these `names`.
-- Needs: usageKey, names
local releasedBytes = 0
for i = 1, #names do
  local bytes = redis.call('HGET', usageKey, names[i])
  if bytes then
    releasedBytes = releasedBytes + bytes
    redis.call('HDEL', usageKey, names[i])
  end
end
if releasedBytes ~= 0 then redis.call('HINCRBY', usageKey, 'total', -releasedBytes) end
-- Only the total is left, and it is 0.
if redis.call('HLEN', usageKey) == 1 then redis.call('UNLINK', usageKey) end

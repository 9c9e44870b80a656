-- Discharges the owner of what has expired: the conversations of the ids in `expired`, and up to 1,000
-- idempotency records.
-- Needs: usageKey, recordsKey, expired, now
if usageKey then
  local names = redis.call('ZRANGEBYSCORE', recordsKey, '-inf', '(' .. now, 'LIMIT', 0, 1000)
  if #names > 0 then redis.call('ZREM', recordsKey, unpack(names)) end
  for i = 1, #expired do names[#names + 1] = 'c:' .. expired[i] end
  -- @include release-usage
end

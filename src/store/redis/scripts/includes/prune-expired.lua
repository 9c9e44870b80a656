-- Takes the ids of expired conversations out of the owner's indices, 1,000 at a time because unpack has a
-- limit. A key still exists in the millisecond of its deadline, hence "(".
-- Needs: expiriesKey, activeKey, completedKey, archivedKey, usageKey, recordsKey, now
local expired
repeat
  expired = redis.call('ZRANGEBYSCORE', expiriesKey, '-inf', '(' .. now, 'LIMIT', 0, 1000)
  if #expired > 0 then
    redis.call('ZREM', expiriesKey, unpack(expired))
    redis.call('ZREM', activeKey, unpack(expired))
    redis.call('ZREM', completedKey, unpack(expired))
    redis.call('ZREM', archivedKey, unpack(expired))
  end
  -- @include release-expired
until #expired < 1000

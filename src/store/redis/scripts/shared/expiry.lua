-- Takes the ids of expired conversations out of the owner's indices, 1,000 at a time (unpack has a
-- limit). A key lives through the millisecond of its deadline, hence "(".
local function prune(expiriesKey, indexKeys, now)
  local expired
  repeat
    expired = redis.call('ZRANGEBYSCORE', expiriesKey, '-inf', '(' .. now, 'LIMIT', 0, 1000)
    if #expired > 0 then
      redis.call('ZREM', expiriesKey, unpack(expired))
      for _, indexKey in ipairs(indexKeys) do
        redis.call('ZREM', indexKey, unpack(expired))
      end
    end
  until #expired < 1000
end

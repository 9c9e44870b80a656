-- Makes all finished deletes of a partition pending again: the record went back.
--
-- KEYS[1]  deletedKey  conversationKeys of what was deleted, by time
--
-- Result   OK, count
local deletedKey = KEYS[1]

-- @include read-clock: now
local count = 0
repeat
  local finished = redis.call('ZRANGEBYSCORE', deletedKey, '-inf', '(0', 'LIMIT', 0, 1000)
  for i = 1, #finished do redis.call('ZADD', deletedKey, now, finished[i]) end
  count = count + #finished
until #finished < 1000
if count > 0 then
  redis.call('PEXPIRE', deletedKey, 7776000000)
end
return { 'OK', count }

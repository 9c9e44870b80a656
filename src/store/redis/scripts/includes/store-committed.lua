-- Stores that the record has committed the flush of this number. Nothing is stored of a flush whose number
-- Redis does not know any more: Redis went back, and that is found out by the number.
-- Needs: flushKey, committed
do
  local flush = redis.call('HMGET', flushKey, 'number', 'committed')
  local isKnown = flush[1] and tonumber(flush[1]) >= committed
  if isKnown and committed > tonumber(flush[2] or 0) then
    redis.call('HSET', flushKey, 'committed', committed)
  end
end

-- Ends the lease of a flush.
--
-- KEYS[1]  flushKey   hash of the partition's flushes
-- ARGV[1]  token      of the flusher
-- ARGV[2]  committed  number that the record has committed, which is stored also when the lease is lost;
--                     '' for none
--
-- Result   OK
-- Errors   LOST
local flushKey = KEYS[1]
local token, committed = ARGV[1], tonumber(ARGV[2])

if committed then
  -- @include store-committed
end
if redis.call('HGET', flushKey, 'token') ~= token then return { 'LOST' } end
redis.call('HDEL', flushKey, 'token', 'until')
return { 'OK' }

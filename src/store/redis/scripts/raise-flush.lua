-- Renews the lease of a flush and numbers it, after its snapshots were read and before the record gets them:
-- the record refuses a flush whose number is not higher than that of the last one.
--
-- KEYS[1]  flushKey  hash of the partition's flushes
-- ARGV[1]  token     of the flusher
-- ARGV[2]  lease     ms
--
-- Result   OK, number, number of the last flush that the record is known to have committed, '0' for none
-- Errors   LOST, also when the partition has no number
local flushKey = KEYS[1]
local token, lease = ARGV[1], tonumber(ARGV[2])

-- A lease that has run out, and that nobody has taken since, is still the caller's.
local flush = redis.call('HMGET', flushKey, 'token', 'number')
if flush[1] ~= token or not flush[2] then return { 'LOST' } end
-- @include read-clock: now
local number = redis.call('HINCRBY', flushKey, 'number', 1)
redis.call('HSET', flushKey, 'until', now + lease)
redis.call('PEXPIRE', flushKey, 7776000000)
return { 'OK', number, redis.call('HGET', flushKey, 'committed') or '0' }

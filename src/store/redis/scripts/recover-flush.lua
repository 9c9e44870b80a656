-- Takes over the number with which the record fenced the flushes of a partition, after one of the tiers went
-- back. The lease of every other flusher ends.
--
-- KEYS[1]  flushKey       hash of the partition's flushes
-- ARGV[1]  token          of the flusher that recovers the partition
-- ARGV[2]  number
-- ARGV[3]  deletes        number of the last delete that the record has; '' to leave what Redis knows
-- ARGV[4]  instance       run of Redis under which the tiers were compared; '' for none
-- ARGV[5]  redisWentBack  1, or 0 when it did not
--
-- Result   OK
--          LATE when the partition has a higher number
local flushKey = KEYS[1]
local token, number, deletes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local instance, redisWentBack = ARGV[4], ARGV[5] == '1'

local present = redis.call('HGET', flushKey, 'number')
if present and tonumber(present) > number then return { 'LATE' } end
-- @include read-clock: now
redis.call('HSET', flushKey, 'number', number, 'committed', number)
if deletes then
  local known = tonumber(redis.call('HGET', flushKey, 'deletes') or 0)
  redis.call('HSET', flushKey, 'deletes', math.max(known, deletes), 'buried', deletes)
end
if instance ~= '' then redis.call('HSET', flushKey, 'instance', instance) end
if redisWentBack then redis.call('HSET', flushKey, 'recoveredAt', now) end
if redis.call('HGET', flushKey, 'token') ~= token then redis.call('HDEL', flushKey, 'token', 'until') end
redis.call('PEXPIRE', flushKey, 7776000000)
return { 'OK' }

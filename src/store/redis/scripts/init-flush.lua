-- Gives a partition that no flush has numbered, in either tier, the number 0.
--
-- KEYS[1]  flushKey  hash of the partition's flushes
-- ARGV[1]  instance  run of Redis under which the tiers were compared; '' for none
--
-- Result   OK
local flushKey = KEYS[1]
local instance = ARGV[1]

if not redis.call('HGET', flushKey, 'number') then redis.call('HSET', flushKey, 'number', 0) end
if instance ~= '' then redis.call('HSET', flushKey, 'instance', instance) end
redis.call('PEXPIRE', flushKey, 7776000000)
return { 'OK' }

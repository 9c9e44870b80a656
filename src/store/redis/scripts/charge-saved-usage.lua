-- Charges the owner for bytes that the record has more than before, or fewer if they are fewer than 0. An owner whose usage nobody
-- has counted yet is charged when it is counted.
--
-- KEYS[1] usageKey    bytes of the owner
-- ARGV[1] addedBytes
--
-- Result  OK
local usageKey = KEYS[1]
local addedBytes = tonumber(ARGV[1])

if redis.call('HGET', usageKey, 'saved') then
  redis.call('HINCRBY', usageKey, 'saved', addedBytes)
  redis.call('HINCRBY', usageKey, 'total', addedBytes)
end
return { 'OK' }

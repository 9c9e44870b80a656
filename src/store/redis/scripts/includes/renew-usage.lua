-- Lets the usage live as long as `expiries`, and a day at least, for the records. `expiries` then lives as long
-- as the usage: it finds the conversations that have expired, and what they are charged for.
-- Needs: usageKey, expiriesKey
local expiriesTtl, usageTtl = redis.call('PTTL', expiriesKey), redis.call('PTTL', usageKey)
local neededTtl = math.max(expiriesTtl, 86400000)
if usageTtl < neededTtl then
  usageTtl = math.ceil(neededTtl * 1.125)
  if redis.call('PEXPIRE', usageKey, usageTtl) == 0 then usageTtl = 0 end
end
-- Also when the usage is older: `expiries` may have been deleted with its last conversation, and made again.
if expiriesTtl < usageTtl then redis.call('PEXPIRE', expiriesKey, usageTtl) end

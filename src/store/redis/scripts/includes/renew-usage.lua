-- Lets the usage live as long as `expiries`, and a day at least, for the records. `expiries` then lives as long
-- as the usage: it finds the conversations that have expired, and what they are charged for.
-- Needs: usageKey, expiriesKey
local usageTtl = math.max(redis.call('PTTL', expiriesKey), 86400000)
if redis.call('PTTL', usageKey) < usageTtl then
  usageTtl = math.ceil(usageTtl * 1.125)
  if redis.call('PEXPIRE', usageKey, usageTtl) == 1 then redis.call('PEXPIRE', expiriesKey, usageTtl) end
end

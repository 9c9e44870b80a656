-- Ends the script when the owner would be charged for more than its quota with `addedBytes` more.
-- Needs: usageKey, ownerQuota, addedBytes
-- May end: QUOTA
local usedBytes = tonumber(redis.call('HGET', usageKey, 'total') or 0)
if addedBytes > 0 and usedBytes + addedBytes > ownerQuota then return { 'QUOTA' } end

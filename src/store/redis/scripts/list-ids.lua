-- Lists the ids of all conversations of the owner that have not expired, also of those that only some index
-- still holds.
--
-- KEYS[1]  expiriesKey   ids by expiresAt
-- KEYS[2]  activeKey     ids of the active conversations by updatedAt
-- KEYS[3]  completedKey  ids of the completed ones
-- KEYS[4]  archivedKey   ids of the archived ones
-- KEYS[5]  usageKey      bytes of the owner; absent without a quota
-- KEYS[6]  recordsKey    names of the idempotency records by deadline; absent without a quota
--
-- Result   the ids
local expiriesKey, activeKey, completedKey, archivedKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local usageKey, recordsKey = KEYS[5] ~= KEYS[1] and KEYS[5], KEYS[6]

-- @include read-clock
-- @include prune-expired
local ids, isListed = {}, {}
for _, indexKey in ipairs({ expiriesKey, activeKey, completedKey, archivedKey }) do
  for _, id in ipairs(redis.call('ZRANGE', indexKey, 0, -1)) do
    if not isListed[id] then ids[#ids + 1] = id end
    isListed[id] = true
  end
end
return ids

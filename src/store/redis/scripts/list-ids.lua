-- The ids of all of the owner's living conversations, also of those that only some index still has.
--
-- KEYS[1]  ids by expiresAt
-- KEYS[2]  index of the active conversations
-- KEYS[3]  index of the completed ones       KEYS[4] index of the archived ones
--
-- Result   { id … }
-- @include expiry
-- @include clock
prune(KEYS[1], { KEYS[2], KEYS[3], KEYS[4] }, now)
local ids, known = {}, {}
for _, indexKey in ipairs(KEYS) do
  for _, id in ipairs(redis.call('ZRANGE', indexKey, 0, -1)) do
    if not known[id] then ids[#ids + 1] = id end
    known[id] = true
  end
end
return ids

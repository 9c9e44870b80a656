-- Reads where conversations stand: as Redis has them, deleted, or not in Redis.
--
-- KEYS[1…] keyPairs    conversationKey, tombstoneKey, conversationKey, tombstoneKey …
-- ARGV[1…] fieldNames  of the hash of a conversation
--
-- Result   for each conversation its fields; 'deleted'; or false when it is not in Redis
local keyPairs = KEYS
local fieldNames = ARGV

local places = {}
for i = 1, #keyPairs, 2 do
  local fields = redis.call('HMGET', keyPairs[i], unpack(fieldNames))
  if fields[1] then
    places[#places + 1] = fields
  elseif redis.call('EXISTS', keyPairs[i + 1]) == 1 then
    places[#places + 1] = 'deleted'
  else
    places[#places + 1] = false
  end
end
return places

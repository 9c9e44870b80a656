-- Takes the ids of conversations that Redis no longer holds out of those that the record never had: they have
-- expired.
--
-- KEYS[1]  unsavedKey         ids of the owner's conversations that the record never had
-- KEYS[2…] conversationKeys
-- ARGV[1…] ids                in the same order
--
-- Result   OK
local unsavedKey = KEYS[1]
local conversationKeys = { unpack(KEYS, 2) }
local ids = ARGV

for i = 1, #ids do
  if redis.call('EXISTS', conversationKeys[i]) == 0 then redis.call('SREM', unsavedKey, ids[i]) end
end
return { 'OK' }

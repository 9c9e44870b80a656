-- Takes a conversation that Redis does not hold any more out of the indices of what is unsaved.
--
-- KEYS[1]  conversationKey  hash of the conversation
-- KEYS[2]  messagesKey      list of its messages
-- KEYS[3]  hotKey           conversationKeys of what Redis holds, by time
-- KEYS[4]  unsavedKey       ids of the owner's conversations that the record never had
-- ARGV[1]  id
--
-- Result   OK, also when Redis holds it again
-- Errors   DAMAGED when only part of it is there
local conversationKey, messagesKey, hotKey, unsavedKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id = ARGV[1]

if redis.call('HGET', conversationKey, 'head') then return { 'OK' } end
if redis.call('EXISTS', conversationKey, messagesKey) > 0 then return { 'DAMAGED' } end
redis.call('ZREM', hotKey, conversationKey)
redis.call('SREM', unsavedKey, id)
return { 'OK' }

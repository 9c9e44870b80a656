-- Reserves a conversation that Redis does not hold, so that one caller fills it with what the record has.
--
-- KEYS[1]  conversationKey  hash of the conversation
-- KEYS[2]  messagesKey      list of its messages
-- KEYS[3]  tombstoneKey     revision of its tombstone
-- KEYS[4]  fillKey          token of who fills it
-- ARGV[1]  token            of the caller
-- ARGV[2]  lease            ms
--
-- Result   OK
--          HOT when Redis holds it, or part of it
--          WAIT when another fills it
--          DELETED, revision of the tombstone
local conversationKey, messagesKey, tombstoneKey, fillKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local token, lease = ARGV[1], ARGV[2]

if redis.call('EXISTS', conversationKey, messagesKey) > 0 then return { 'HOT' } end
local tombstone = redis.call('GET', tombstoneKey)
if tombstone then return { 'DELETED', tombstone } end
local holder = redis.call('GET', fillKey)
if holder and holder ~= token then return { 'WAIT' } end
redis.call('SET', fillKey, token, 'PX', lease)
return { 'OK' }

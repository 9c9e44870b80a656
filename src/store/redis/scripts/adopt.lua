-- Marks a conversation as unsaved that a store without a record wrote, or whose mark was lost.
--
-- KEYS[1]  conversationKey  hash of the conversation
-- KEYS[2]  messagesKey      list of its messages
-- KEYS[3]  hotKey           conversationKeys of what Redis holds, by time
-- KEYS[4]  unsavedKey       ids of the owner's conversations that the record never had
-- ARGV[1]  id
--
-- Result   OK
--          KNOWN when nothing had to be done
-- Errors   GONE
--          DAMAGED when its hash cannot be read
local conversationKey, messagesKey, hotKey, unsavedKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id = ARGV[1]

if redis.call('EXISTS', conversationKey, messagesKey) == 0 then return { 'GONE' } end
-- @include read-head: expiresAt
if not expiresAt then return { 'DAMAGED' } end
local fields = redis.call('HMGET', conversationKey, 'revision', 'saved')
local isNew = 0
if not fields[2] then
  isNew = redis.call('SADD', unsavedKey, id)
  redis.call('PEXPIRE', unsavedKey, 7776000000)
end
if fields[1] and redis.call('ZSCORE', hotKey, conversationKey) then
  return { isNew == 1 and 'OK' or 'KNOWN' }
end

-- @include read-clock: now
if not fields[1] then redis.call('HSET', conversationKey, 'revision', 1) end
local score = now
-- @include set-mark
return { 'OK' }

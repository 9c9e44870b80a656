-- Deletes a conversation with its messages and its working state, a damaged one too.
--
-- KEYS 1-6 as in shared/conversation
-- ARGV[1]  id
-- ARGV[2]  version that it must have, '' for any
--
-- Result   { 'OK' } | { 'NOT_FOUND' } | { 'CONFLICT', version }
-- @include conversation
local id, expectedVersion = ARGV[1], ARGV[2]

local version = redis.call('HGET', conversationKey, 'version')
if version and expectedVersion ~= '' and version ~= expectedVersion then
  return { 'CONFLICT', version }
end

local removed = redis.call('UNLINK', conversationKey, messagesKey)
redis.call('ZREM', expiriesKey, id)
for _, indexKey in pairs(indexOf) do redis.call('ZREM', indexKey, id) end
return { removed > 0 and 'OK' or 'NOT_FOUND' }

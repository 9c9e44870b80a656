-- Deletes a conversation with its messages, its working state and its turn, a damaged one too.
--
-- KEYS 1-6 as in shared/conversation and shared/indices; KEYS 7-11 as in shared/turn
-- ARGV[1]  id
-- ARGV[2]  version that it must have, '' for any
--
-- Result   { 'OK' } | { 'NOT_FOUND' } | { 'CONFLICT', version }
-- @include conversation
-- @include indices
-- @include turn
local id, expectedVersion = ARGV[1], ARGV[2]

-- One that is damaged, too.
local head = redis.call('HGET', conversationKey, 'head')
local version = head and string.match(head, '^%l+ (%d+) ')
if version and expectedVersion ~= '' and version ~= expectedVersion then
  return { 'CONFLICT', version }
end

local removed = redis.call('UNLINK', conversationKey, messagesKey)
redis.call('UNLINK', turnKey, eventsKey, waitingKey, beforeKey, eventsBeforeKey)
redis.call('ZREM', expiriesKey, id)
for _, indexKey in pairs(indexOf) do redis.call('ZREM', indexKey, id) end
return { removed > 0 and 'OK' or 'NOT_FOUND' }

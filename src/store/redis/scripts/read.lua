-- Reads a conversation with a page of its messages, as they are at this instant. Writes nothing.
--
-- KEYS[1] conversationKey  hash of the conversation
-- KEYS[2] messagesKey      list of its messages
-- ARGV[1] direction        'end', 'before' or 'after'
-- ARGV[2] seq              that the page lies before or after; any number with 'end'
-- ARGV[3] limit            most messages to read
--
-- Result  OK, now, seq of the first message, fields, messages
-- Errors  NOT_FOUND
--         DAMAGED
local conversationKey, messagesKey = KEYS[1], KEYS[2]
local direction, seq, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

-- @include name-conversation-fields
-- @include load-conversation: fields, messageCount; may end: NOT_FOUND, DAMAGED
-- @include require-whole-list; may end: DAMAGED

local first, last
if direction == 'after' then
  first, last = seq + 1, math.min(seq + limit, messageCount)
else
  last = direction == 'before' and math.min(seq - 1, messageCount) or messageCount
  first = math.max(1, last - limit + 1)
end
local messages = {}
if first <= last then messages = redis.call('LRANGE', messagesKey, first - 1, last - 1) end
-- @include read-clock: now
return { 'OK', now, first, fields, messages }

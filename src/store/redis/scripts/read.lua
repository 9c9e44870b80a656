-- Reads a conversation with a page of its messages, as they are at this instant. Writes nothing.
--
-- KEYS 1-2 as in shared/conversation
-- ARGV[1] 'end', 'before' or 'after'
-- ARGV[2] seq that the page lies before or after (any number with 'end')
-- ARGV[3] most messages to read
--
-- Result  { 'OK', now, seq of the first message, fields, messages } | { 'NOT_FOUND' } | { 'DAMAGED' }
-- @include conversation
local direction, seq, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

-- @include load
-- @include check-messages

local first, last
if direction == 'after' then
  first, last = seq + 1, math.min(seq + limit, messageCount)
else
  last = direction == 'before' and math.min(seq - 1, messageCount) or messageCount
  first = math.max(1, last - limit + 1)
end
local messages = {}
if first <= last then messages = redis.call('LRANGE', messagesKey, first - 1, last - 1) end
-- @include clock
return { 'OK', now, first, fields, messages }

-- Reads a conversation with a page of its messages, as they are at this instant. Writes nothing. Messages that
-- may be large are not copied: Lua takes many times as long for them as a plain command does, and they never
-- change, so that the caller can fetch them afterwards. Messages below the base are not here: the record behind
-- Redis has them.
--
-- KEYS[1] conversationKey  hash of the conversation
-- KEYS[2] messagesKey      list of its messages
-- ARGV[1] direction        'end', 'before' or 'after'
-- ARGV[2] seq              that the page lies before or after; any number with 'end'
-- ARGV[3] limit            most messages to read
-- ARGV[4] maxBytes         of messages to copy
--
-- Result  OK, now, seq of the first message of the page, seq of the last one, fields, its messages behind the base;
--         false in place of messages that may have more than maxBytes
-- Errors  NOT_FOUND
--         DAMAGED
local conversationKey, messagesKey = KEYS[1], KEYS[2]
local direction, seq, limit, maxBytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

-- @include name-conversation-fields
-- @include load-conversation: fields, messageCount, base, largest; may end: NOT_FOUND, DAMAGED
-- @include require-whole-list; may end: DAMAGED

local first, last
if direction == 'after' then
  first, last = seq + 1, math.min(seq + limit, messageCount)
else
  last = direction == 'before' and math.min(seq - 1, messageCount) or messageCount
  first = math.max(1, last - limit + 1)
end
-- @include read-clock: now
local firstHere = math.max(first, base + 1)
if firstHere > last then return { 'OK', now, first, last, fields, {} } end
if largest == '' or (last - firstHere + 1) * largest > maxBytes then
  return { 'OK', now, first, last, fields, false }
end
local elements = redis.call('LRANGE', messagesKey, firstHere - 1 - base, last - 1 - base)
return { 'OK', now, first, last, fields, elements }

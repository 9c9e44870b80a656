-- Reads the latest turn of a conversation, or the one before it, and its events behind a seq. Writes nothing.
--
-- KEYS 1-6 as in shared/conversation and shared/indices (the first alone is used); KEYS 7-11 as in shared/turn
-- ARGV[1]  id that the turn must have, '' for the latest
-- ARGV[2]  seq that the events lie behind
-- ARGV[3]  most events to read
--
-- Result   { 'OK', turn, { seq, data, seq, data … } } | { 'NO_TURN' }
-- @include conversation
-- @include turn
local turnId, after, limit = ARGV[1], tonumber(ARGV[2]), ARGV[3]

local key, itsEventsKey = turnKey, eventsKey
if turnId ~= '' then key, itsEventsKey = keysOf(turnId) end
-- @include clock
local turn = loadTurn(key, now)
local isThere = turn[TURN_ID] and redis.call('EXISTS', conversationKey) == 1
if not isThere or (turnId ~= '' and turn[TURN_ID] ~= turnId) then return { 'NO_TURN' } end
local events = {}
local from = string.format('%.0f-0', after + 1)
for _, entry in ipairs(redis.call('XRANGE', itsEventsKey, from, '+', 'COUNT', limit)) do
  events[#events + 1] = string.match(entry[1], '^%d+')
  events[#events + 1] = entry[2][2]
end
return { 'OK', turn, events }

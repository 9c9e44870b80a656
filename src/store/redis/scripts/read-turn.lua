-- Reads the latest turn of a conversation, or the one before it, and its events behind a seq. Writes nothing.
--
-- KEYS[1]  conversationKey    hash of the conversation
-- KEYS[2]  turnKey            hash of the latest turn
-- KEYS[3]  eventsKey          stream of its events
-- KEYS[4]  previousTurnKey    hash of the turn before the latest
-- KEYS[5]  previousEventsKey  stream of its events
-- ARGV[1]  turnId             '' for the latest
-- ARGV[2]  after              seq that the events lie behind
-- ARGV[3]  limit              most events to read
--
-- Result   OK, turn, events: seq, data, seq, data …
-- Errors   NO_TURN
local conversationKey, turnKey, eventsKey = KEYS[1], KEYS[2], KEYS[3]
local previousTurnKey, previousEventsKey = KEYS[4], KEYS[5]
local turnId, after, limit = ARGV[1], tonumber(ARGV[2]), ARGV[3]

local key, streamKey = turnKey, eventsKey
if turnId ~= '' then
  -- @include find-turn: isPrevious
  if isPrevious then key, streamKey = previousTurnKey, previousEventsKey end
end
-- @include read-clock
-- @include load-turn: turn, TURN_ID
local exists = turn[TURN_ID] and redis.call('EXISTS', conversationKey) == 1
if not exists or (turnId ~= '' and turn[TURN_ID] ~= turnId) then return { 'NO_TURN' } end
local events = {}
local from = string.format('%.0f-0', after + 1)
for _, entry in ipairs(redis.call('XRANGE', streamKey, from, '+', 'COUNT', limit)) do
  events[#events + 1] = string.match(entry[1], '^%d+')
  events[#events + 1] = entry[2][2]
end
return { 'OK', turn, events }

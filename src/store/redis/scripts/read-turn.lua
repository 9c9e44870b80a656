-- Reads the latest turn of a conversation, or the one before it, and batches of its events behind a seq. Writes
-- nothing but that another process follows the running turn.
--
-- KEYS[1]  conversationKey    hash of the conversation
-- KEYS[2]  turnKey            hash of the latest turn
-- KEYS[3]  eventsKey          stream of its events
-- KEYS[4]  previousTurnKey    hash of the turn before the latest
-- KEYS[5]  previousEventsKey  stream of its events
-- ARGV[1]  turnId             '' for the latest
-- ARGV[2]  after              seq that the events lie behind
-- ARGV[3]  maxBytes           of events to read; the last batch may be cut
-- ARGV[4]  followMs           ms for which another process follows the turn; 0 when none does
--
-- Result   OK, turn, batches: seq of its last event, data, seq, data …; 1 when there are batches behind these
-- Errors   NO_TURN
local conversationKey, turnKey, eventsKey = KEYS[1], KEYS[2], KEYS[3]
local previousTurnKey, previousEventsKey = KEYS[4], KEYS[5]
local turnId, after, maxBytes, followMs = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local key, streamKey = turnKey, eventsKey
if turnId ~= '' then
  -- @include find-turn: isPrevious
  if isPrevious then key, streamKey = previousTurnKey, previousEventsKey end
end
-- @include read-clock: now
-- @include load-turn: turn, TURN_ID, TURN_STATUS, FOLLOWED_UNTIL
local exists = turn[TURN_ID] and redis.call('EXISTS', conversationKey) == 1
if not exists or (turnId ~= '' and turn[TURN_ID] ~= turnId) then return { 'NO_TURN' } end
local STEP = 8
local batches, bytes, seq, hasMore = {}, 0, after, 0
repeat
  local from = string.format('%.0f-0', seq + 1)
  local entries = redis.call('XRANGE', streamKey, from, '+', 'COUNT', STEP)
  for _, entry in ipairs(entries) do
    if bytes >= maxBytes then
      hasMore = 1
      break
    end
    local data = entry[2][2]
    -- The first batch may begin before the page does.
    if #batches > 0 then bytes = bytes + #data end
    seq = tonumber(string.match(entry[1], '^%d+'))
    batches[#batches + 1] = string.format('%.0f', seq)
    batches[#batches + 1] = data
  end
until hasMore == 1 or #entries < STEP
local isFollowed = followMs > 0 and key == turnKey and turn[TURN_STATUS] == 'running'
if isFollowed and tonumber(turn[FOLLOWED_UNTIL] or 0) - now < followMs / 2 then
  -- A Redis that refuses writes, because its memory is full say, is read all the same.
  redis.pcall('HSET', turnKey, 'followedUntil', now + followMs)
end
return { 'OK', turn, batches, hasMore }

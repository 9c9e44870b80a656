-- Ends the running turn: appends its replies, adds its last events and frees the conversation.
--
-- KEYS 1-6  as in shared/conversation and shared/indices; KEYS 7-11 as in shared/turn
-- KEYS[12]  outcome of the idempotency key, when the turn was begun with one
-- ARGV[1]   id of the conversation
-- ARGV[2]   TTL, ms
-- ARGV[3]   most messages a conversation may hold
-- ARGV[4]   id of the turn
-- ARGV[5]   'completed', 'cancelled' or 'failed'
-- ARGV[6]   new status of the conversation, '' to keep it
-- ARGV[7]   how long a turn is kept, ms
-- ARGV[8]   most events a turn keeps
-- ARGV[9]   hash of the request (read with KEYS[12] only)
-- ARGV[10]  how long the outcome is remembered, ms
-- ARGV[11]  how many of the following are events: seq, data, seq, data …
-- ARGV[12…] the events, and then the replies, encoded
--
-- Result    { 'OK', turn, fields, replies } | { 'LOST' } | { 'DAMAGED' } | { 'FULL' }
-- @include conversation
-- @include indices
-- @include turn
local outcomeKey = KEYS[12]
local id, ttl, maxMessages = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local turnId, ending, newStatus, retention, maxEvents = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local requestHash, rememberFor, eventFields = ARGV[9], ARGV[10], tonumber(ARGV[11])
local FIRST_EVENT = 12

-- @include clock
local key = keysOf(turnId)
local turn = loadTurn(key, now)
if turn[TURN_ID] ~= turnId or redis.call('EXISTS', conversationKey) == 0 then return { 'LOST' } end
-- @include load
-- @include check-messages

local function outcome()
  turn = loadTurn(key, now)
  local seq, count = tonumber(turn[REPLY_SEQ]), tonumber(turn[REPLY_COUNT])
  local replies = count > 0 and redis.call('LRANGE', messagesKey, seq - 1, seq + count - 2) or {}
  return { 'OK', turn, fields, replies }
end

local written = redis.call('HGET', key, 'status')
if written ~= 'running' and written ~= 'lost' then return outcome() end
if turn[TURN_STATUS] ~= 'running' or key ~= turnKey then return { 'LOST' } end
local messages = {}
for i = FIRST_EVENT + eventFields, #ARGV do messages[#messages + 1] = ARGV[i] end
if messageCount + #messages > maxMessages then return { 'FULL' } end

local seq = 0
if #messages > 0 or newStatus ~= '' then
  if newStatus ~= '' and newStatus ~= status then
    redis.call('ZREM', indexOf[status], id)
    status = newStatus
  end
  local indexKey = indexOf[status]
  -- @include append
  seq = firstSeq
end
addEvents(turn, FIRST_EVENT, FIRST_EVENT + eventFields - 1, maxEvents)
redis.call('HSET', turnKey, 'status', ending, 'replySeq', seq, 'replyCount', #messages)
keepTurn(retention)
if outcomeKey then
  local words = { requestHash, id, turn[USER_SEQ], 1, turnId, ending, seq, #messages }
  redis.call('SET', outcomeKey, table.concat(words, ' '), 'PX', rememberFor)
end
return outcome()

-- Asks the running turn to cancel, or takes a waiting one out of the queue.
--
-- KEYS[1]  conversationKey  hash of the conversation
-- KEYS[2]  turnKey          hash of the latest turn
-- KEYS[3]  queueKey         hash of the turns that wait
-- KEYS[4]  previousTurnKey  hash of the turn before the latest
-- ARGV[1]  turnId
--
-- Result   OK
-- Errors   NO_TURN
local conversationKey, turnKey, queueKey, previousTurnKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local turnId = ARGV[1]

-- @include read-clock: now
-- A turn whose deadline has passed has left the queue.
local entry = redis.call('HGET', queueKey, turnId)
if entry and tonumber(string.match(entry, '^%d+')) > now then
  redis.call('HDEL', queueKey, turnId)
  return { 'OK' }
end
-- @include find-turn: isPrevious
local key = isPrevious and previousTurnKey or turnKey
local exists = redis.call('EXISTS', conversationKey) == 1
if not exists or redis.call('HGET', key, 'id') ~= turnId then return { 'NO_TURN' } end
redis.call('HSET', key, 'cancel', '1')
return { 'OK' }

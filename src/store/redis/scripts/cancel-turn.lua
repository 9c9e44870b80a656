-- Asks the running turn to cancel, or takes a waiting one out of the line.
--
-- KEYS 1-6 as in shared/conversation and shared/indices (the first alone is used); KEYS 7-11 as in shared/turn
-- ARGV[1]  id of the turn
--
-- Result   { 'OK' } | { 'NO_TURN' }
-- @include conversation
-- @include turn
local turnId = ARGV[1]

-- @include clock
-- A turn that nobody has called for in time has left the queue.
local queued = redis.call('HGET', waitingKey, turnId)
if queued and tonumber(string.match(queued, '^%d+')) > now then
  redis.call('HDEL', waitingKey, turnId)
  return { 'OK' }
end
local isThere = redis.call('EXISTS', conversationKey) == 1
local key = keysOf(turnId)
if not isThere or redis.call('HGET', key, 'id') ~= turnId then return { 'NO_TURN' } end
redis.call('HSET', key, 'cancel', '1')
return { 'OK' }

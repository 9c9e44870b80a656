-- Renews the lease of the running turn and adds events to it.
--
-- KEYS 1-6 as in shared/conversation and shared/indices (the first alone is used); KEYS 7-11 as in shared/turn
-- ARGV[1]  id of the turn
-- ARGV[2]  lease, ms
-- ARGV[3]  how long a turn is kept, ms
-- ARGV[4]  most events a turn keeps
-- ARGV[5…] events: seq, data, seq, data …
--
-- Result   { 'OK', 1 when the turn is asked to cancel } | { 'LOST' }
-- @include conversation
-- @include turn
local turnId, lease, retention, maxEvents = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local FIRST_EVENT = 5

-- @include clock
local turn = loadTurn(turnKey, now)
if turn[TURN_ID] ~= turnId or turn[TURN_STATUS] ~= 'running' then return { 'LOST' } end
if redis.call('EXISTS', conversationKey) == 0 then return { 'LOST' } end
addEvents(turn, FIRST_EVENT, #ARGV, maxEvents)
redis.call('HSET', turnKey, 'leaseUntil', now + lease)
keepTurn(retention)
return { 'OK', tonumber(turn[CANCEL]) }

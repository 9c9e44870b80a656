-- Renews the lease of the running turn and adds events to it.
--
-- KEYS[1]  conversationKey  hash of the conversation
-- KEYS[2]  turnKey          hash of the latest turn
-- KEYS[3]  eventsKey        stream of its events
-- ARGV[1]  turnId
-- ARGV[2]  lease            ms
-- ARGV[3]  turnRetention    ms
-- ARGV[4]  eventSeqs        'first-last' of the events; '' without any
-- ARGV[5]  eventData        of the events, with line feeds between them
--
-- Result   OK, 1 when the turn is asked to cancel, ms for which another process follows the turn
-- Errors   LOST
local conversationKey, turnKey, eventsKey = KEYS[1], KEYS[2], KEYS[3]
local turnId, lease, turnRetention = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local eventSeqs, eventData = ARGV[4], ARGV[5]

-- @include read-clock: now
local key = turnKey
-- @include load-turn: turn, TURN_ID, TURN_STATUS, CANCEL, FOLLOWED_UNTIL
if turn[TURN_ID] ~= turnId or turn[TURN_STATUS] ~= 'running' then return { 'LOST' } end
if redis.call('EXISTS', conversationKey) == 0 then return { 'LOST' } end
-- @include add-events
redis.call('HSET', turnKey, 'leaseUntil', now + lease)
-- @include set-turn-deadlines
return { 'OK', tonumber(turn[CANCEL]), math.max(0, tonumber(turn[FOLLOWED_UNTIL] or 0) - now) }

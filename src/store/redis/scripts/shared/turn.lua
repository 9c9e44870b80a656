-- What every script on a turn shares. Needs no other.
--
-- KEYS[7] latest turn of the conversation, a hash     KEYS[9] turns in line, a hash
-- KEYS[8] its events, a stream                        KEYS[10-11] the turn before it, and its events

local turnKey, eventsKey, waitingKey, beforeKey, eventsBeforeKey = unpack(KEYS, 7, 11)

-- Where a turn and its events are: those of the latest, unless it is the one before.
local function keysOf(turnId)
  local isBefore = redis.call('HGET', turnKey, 'id') ~= turnId
    and redis.call('HGET', beforeKey, 'id') == turnId
  if isBefore then return beforeKey, eventsBeforeKey end
  return turnKey, eventsKey
end

-- The fields of a turn in the order in which the codec reads them; false where absent.
local TURN_ID, TURN_STATUS, USER_SEQ, REPLY_SEQ, REPLY_COUNT = 1, 2, 3, 4, 5
local LEASE_UNTIL, CANCEL, LAST_EVENT = 6, 7, 8
local function loadTurn(key, now)
  local turn = redis.call('HMGET', key, 'id', 'status', 'userSeq', 'replySeq', 'replyCount',
    'leaseUntil', 'cancel', 'lastEvent')
  -- Nobody ends a turn that was lost: it has failed by itself. Once another has taken its place it is
  -- lost for good, and no clock that is set back gives it its lease again.
  local isOver = turn[TURN_STATUS] == 'running' and tonumber(turn[LEASE_UNTIL]) <= now
  if isOver or turn[TURN_STATUS] == 'lost' then turn[TURN_STATUS] = 'failed' end
  return turn
end

-- Adds events from ARGV[first] on, in pairs of seq and data. What is there already is left out.
local function addEvents(turn, first, last, maxEvents)
  local latest = tonumber(turn[LAST_EVENT])
  for i = first, last, 2 do
    local seq = tonumber(ARGV[i])
    if seq > latest then
      redis.call('XADD', eventsKey, 'MAXLEN', '~', maxEvents, ARGV[i] .. '-0', 'data', ARGV[i + 1])
      latest = seq
    end
  end
  redis.call('HSET', turnKey, 'lastEvent', latest)
end

local function keepTurn(retention)
  redis.call('PEXPIRE', turnKey, retention)
  redis.call('PEXPIRE', eventsKey, retention)
end

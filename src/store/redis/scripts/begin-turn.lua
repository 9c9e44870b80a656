-- Begins a turn, or gives it its place in line, once per idempotency key.
--
-- KEYS 1-6  as in shared/conversation and shared/indices; KEYS 7-11 as in shared/turn
-- KEYS[12]  outcome of the idempotency key, when there is one
-- ARGV[1]   id of the conversation
-- ARGV[2]   TTL, ms
-- ARGV[3]   most messages a conversation may hold
-- ARGV[4]   id of the turn
-- ARGV[5]   lease, ms
-- ARGV[6]   'reject', 'enqueue' or 'interrupt'
-- ARGV[7]   most turns in line
-- ARGV[8]   how long a turn is kept, ms
-- ARGV[9]   the user's message, encoded
-- ARGV[10]  hash of the request (read with KEYS[12] only)
-- ARGV[11]  how long the outcome is remembered, ms
--
-- Result    { 'OK', turn, fields, the user's message } | { 'WAITING' } | { 'BUSY', id of the other } |
--           { 'REMEMBERED', outcome, latest turn, 1 if the conversation is there } | { 'NOT_FOUND' } | { 'DAMAGED' } |
--           { 'CLOSED', status } | { 'FULL' } | { 'LOST' }
-- @include conversation
-- @include indices
-- @include turn
local outcomeKey = KEYS[12]
local id, ttl, maxMessages = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local turnId, lease, onConflict, maxWaiting = ARGV[4], tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7])
local retention, message, requestHash, rememberFor = ARGV[8], ARGV[9], ARGV[10], ARGV[11]

-- @include clock
local latest = loadTurn(turnKey, now)
local isHeld = latest[TURN_STATUS] == 'running'
local isOwn = isHeld and latest[TURN_ID] == turnId
if outcomeKey then
  local outcome = redis.call('GET', outcomeKey)
  -- Not when it is of this very turn, whose answer was lost.
  if outcome and not isOwn then
    -- A request that is refused, since another one was made under the key, leaves the queue as it is.
    local isOfTurn = string.find(outcome, '^%S+ %S+ %d+ %d+ %S')
    if isOfTurn and string.find(outcome, requestHash .. ' ' .. id .. ' ', 1, true) == 1 then
      redis.call('HDEL', waitingKey, turnId)
    end
    return { 'REMEMBERED', outcome, latest, redis.call('EXISTS', conversationKey) }
  end
end

-- @include load
-- @include check-messages
if isOwn then
  local seq = tonumber(latest[USER_SEQ])
  return { 'OK', latest, fields, redis.call('LINDEX', messagesKey, seq - 1) }
end
-- Begun before, and over: its message is stored, and is not stored again.
if latest[TURN_ID] == turnId or redis.call('HGET', beforeKey, 'id') == turnId then
  return { 'LOST' }
end
if status ~= 'active' then return { 'CLOSED', status } end
-- There must be room for a reply.
if messageCount + 2 > maxMessages then return { 'FULL' } end

-- Who waits: id -> '<deadline> <order>'. Those that interrupt are in front of the others.
local BEHIND_ALL_THAT_INTERRUPT = 1e12
local first, firstOrder, own, inLine, gone = nil, nil, nil, 0, {}
local waiting = redis.call('HGETALL', waitingKey)
for i = 1, #waiting, 2 do
  local name = waiting[i]
  local deadline, order = string.match(waiting[i + 1], '^(%d+) (%d+)$')
  if deadline then
    if tonumber(deadline) <= now then
      -- Not the turn itself: it is written anew below.
      if name ~= turnId then gone[#gone + 1] = name end
    else
      if name == turnId then own = order end
      inLine = inLine + 1
      if not first or tonumber(order) < firstOrder then first, firstOrder = name, tonumber(order) end
    end
  end
end

-- Not before something else is written: Redis refuses a script for its full memory only until the first
-- write, and this one takes none.
local function leaveLine(names)
  for _, name in ipairs(names) do redis.call('HDEL', waitingKey, name) end
end

if isHeld or (first and first ~= turnId) then
  if onConflict == 'reject' or (not own and inLine >= maxWaiting) then
    return { 'BUSY', isHeld and latest[TURN_ID] or first }
  end
  if isHeld and onConflict == 'interrupt' then redis.call('HSET', turnKey, 'cancel', '1') end
  if not own then
    local ticket = redis.call('HINCRBY', waitingKey, 'tickets', 1)
    if onConflict ~= 'interrupt' then ticket = ticket + BEHIND_ALL_THAT_INTERRUPT end
    own = string.format('%.0f', ticket)
  end
  redis.call('HSET', waitingKey, turnId, string.format('%.0f %s', now + lease, own))
  if redis.call('PTTL', waitingKey) < lease then redis.call('PEXPIRE', waitingKey, lease) end
  leaveLine(gone)
  return { 'WAITING' }
end

local messages, indexKey = { message }, indexOf.active
-- @include append
gone[#gone + 1] = turnId
leaveLine(gone)
redis.call('DEL', beforeKey, eventsBeforeKey)
if latest[TURN_ID] then
  if redis.call('HGET', turnKey, 'status') == 'running' then
    redis.call('HSET', turnKey, 'status', 'lost')
  end
  redis.call('RENAME', turnKey, beforeKey)
end
if redis.call('EXISTS', eventsKey) == 1 then redis.call('RENAME', eventsKey, eventsBeforeKey) end
redis.call('HSET', turnKey, 'id', turnId, 'status', 'running', 'userSeq', firstSeq, 'replySeq', 0,
  'replyCount', 0, 'leaseUntil', now + lease, 'cancel', '0', 'lastEvent', 0)
keepTurn(retention)
if outcomeKey then
  local outcome = table.concat({ requestHash, id, firstSeq, 1, turnId, 'running', 0, 0 }, ' ')
  redis.call('SET', outcomeKey, outcome, 'PX', rememberFor)
end
return { 'OK', loadTurn(turnKey, now), fields, redis.call('LINDEX', messagesKey, -1) }

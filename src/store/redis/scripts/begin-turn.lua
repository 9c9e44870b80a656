-- Begins a turn, or puts it in the queue, once per idempotency key.
--
-- KEYS[1]   conversationKey    hash of the conversation
-- KEYS[2]   messagesKey        list of its messages
-- KEYS[3]   expiriesKey        ids by expiresAt
-- KEYS[4]   activeKey          ids of the active conversations by updatedAt
-- KEYS[5]   turnKey            hash of the latest turn
-- KEYS[6]   eventsKey          stream of its events
-- KEYS[7]   queueKey           hash of the turns that wait
-- KEYS[8]   previousTurnKey    hash of the turn before the latest
-- KEYS[9]   previousEventsKey  stream of its events
-- KEYS[10]  recordKey          idempotency record; absent without an idempotency key
-- KEYS[11]  hotKey             conversations of the partition and their marks; absent without a tier
-- KEYS[12]  unsavedRecordsKey  idempotency records of the conversation to be saved; absent without a tier
-- KEYS[13]  usageKey           bytes of the owner; absent without a quota
-- KEYS[14]  recordsKey         names of the idempotency records by deadline; absent without a quota
-- ARGV[1]   id                 of the conversation
-- ARGV[2]   ttl                ms
-- ARGV[3]   maxMessages        that a conversation holds
-- ARGV[4]   turnId
-- ARGV[5]   lease              ms
-- ARGV[6]   onConflict         'reject', 'enqueue' or 'interrupt'
-- ARGV[7]   maxQueued          turns in the queue
-- ARGV[8]   turnRetention      ms
-- ARGV[9]   message            of the user, encoded; the script puts its time in front
-- ARGV[10]  requestHash        '' without an idempotency key
-- ARGV[11]  recordTtl          ms
-- ARGV[12]  idempotencyKey     '' without one
-- ARGV[13]  ownerQuota         bytes
--
-- Result    OK, turn, fields, the user's message, or false where only the record behind Redis has it
--           QUEUED
--           REPLAYED, idempotency record, latest turn, 1 when the conversation exists
-- Errors    NOT_FOUND
--           DAMAGED
--           CLOSED, status
--           FULL
--           QUOTA
--           BUSY, id of the turn that is in front
--           LOST
local conversationKey, messagesKey, expiriesKey, activeKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local turnKey, eventsKey, queueKey = KEYS[5], KEYS[6], KEYS[7]
local previousTurnKey, previousEventsKey = KEYS[8], KEYS[9]
local recordKey, hotKey = KEYS[10] ~= KEYS[1] and KEYS[10], KEYS[11] ~= KEYS[1] and KEYS[11]
local unsavedRecordsKey = KEYS[12] ~= KEYS[1] and KEYS[12]
local usageKey, recordsKey = KEYS[13] ~= KEYS[1] and KEYS[13], KEYS[14]
local id, ttl, maxMessages = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local turnId, lease, onConflict, maxQueued = ARGV[4], tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7])
local turnRetention, message, requestHash, recordTtl = ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local idempotencyKey, ownerQuota = ARGV[12], tonumber(ARGV[13])

-- @include read-clock: now
local key = turnKey
-- @include load-turn: turn, TURN_ID, TURN_STATUS, USER_SEQ
local isHeld = turn[TURN_STATUS] == 'running'
local isOwn = isHeld and turn[TURN_ID] == turnId
if requestHash ~= '' then
  local record = redis.call('GET', recordKey)
  -- Not when the record is of this very turn: the reply to its first call was lost, and it runs.
  if record and not isOwn then
    -- When the record is of another request, the caller refuses this one, and the queue stays as it is.
    local isOfTurn = string.find(record, '^%S+ %S+ %d+ %d+ %S+ %l+ %d+ %d+')
    if isOfTurn and string.find(record, requestHash .. ' ' .. id .. ' ', 1, true) == 1 then
      redis.call('HDEL', queueKey, turnId)
    end
    return { 'REPLAYED', record, turn, redis.call('EXISTS', conversationKey) }
  end
end

-- @include name-conversation-fields
-- @include load-conversation: fields, status, messageCount, base; may end: NOT_FOUND, DAMAGED
-- @include require-whole-list; may end: DAMAGED
if isOwn then
  local index = turn[USER_SEQ] - 1 - base
  return { 'OK', turn, fields, index >= 0 and redis.call('LINDEX', messagesKey, index) }
end
-- The turn has begun before and is over: its message is stored, and must not be stored again.
if turn[TURN_ID] == turnId or redis.call('HGET', previousTurnKey, 'id') == turnId then
  return { 'LOST' }
end
if status ~= 'active' then return { 'CLOSED', status } end
-- There must be room for a reply.
if messageCount + 2 > maxMessages then return { 'FULL' } end

-- The queue maps the id of a turn to '<deadline> <position>'. A newer process may write more words behind
-- these. A turn whose deadline has passed has left the queue.
local first, firstPosition, ownPosition, ownWords = nil, nil, nil, ''
local queued, gone = 0, {}
local queue = redis.call('HGETALL', queueKey)
for i = 1, #queue, 2 do
  local name = queue[i]
  local deadline, position, words = string.match(queue[i + 1], '^(%d+) (%d+)%f[ %z](.*)')
  if deadline then
    if tonumber(deadline) <= now then
      -- The turn itself is written again, or taken out, below.
      if name ~= turnId then gone[#gone + 1] = name end
    else
      if name == turnId then ownPosition, ownWords = position, words end
      queued = queued + 1
      if not first or tonumber(position) < firstPosition then
        first, firstPosition = name, tonumber(position)
      end
    end
  end
end

if isHeld or (first and first ~= turnId) then
  if onConflict == 'reject' or (not ownPosition and queued >= maxQueued) then
    return { 'BUSY', isHeld and turn[TURN_ID] or first }
  end
  if isHeld and onConflict == 'interrupt' then redis.call('HSET', turnKey, 'cancel', '1') end
  if not ownPosition then
    local position = redis.call('HINCRBY', queueKey, 'tickets', 1)
    -- Turns that interrupt are in front of all others.
    if onConflict ~= 'interrupt' then position = position + 1e12 end
    ownPosition = string.format('%.0f', position)
  end
  redis.call('HSET', queueKey, turnId, string.format('%.0f ', now + lease) .. ownPosition .. ownWords)
  if redis.call('PTTL', queueKey) < lease then redis.call('PEXPIRE', queueKey, lease) end
  -- HDEL comes behind another write: Redis with a full memory refuses a script at its first write, unless
  -- that one needs no memory.
  if #gone > 0 then redis.call('HDEL', queueKey, unpack(gone)) end
  return { 'QUEUED' }
end

local messages, indexKey = { message }, activeKey
-- @include require-quota-of-messages; may end: QUOTA
-- @include append-messages: firstSeq; may end: DAMAGED
redis.call('HDEL', queueKey, turnId, unpack(gone))
redis.call('DEL', previousTurnKey, previousEventsKey)
if turn[TURN_ID] then
  if redis.call('HGET', turnKey, 'status') == 'running' then
    redis.call('HSET', turnKey, 'status', 'lost')
  end
  redis.call('RENAME', turnKey, previousTurnKey)
end
if redis.call('EXISTS', eventsKey) == 1 then redis.call('RENAME', eventsKey, previousEventsKey) end
redis.call('HSET', turnKey, 'id', turnId, 'status', 'running', 'userSeq', firstSeq, 'replySeq', 0,
  'replyCount', 0, 'leaseUntil', now + lease, 'cancel', '0', 'lastEvent', 0)
-- @include set-turn-deadlines
if requestHash ~= '' then
  local record = table.concat({ requestHash, id, firstSeq, 1, turnId, 'running', 0, 0 }, ' ')
  -- @include store-record
end
return { 'OK', { turnId, 'running', firstSeq, 0, 0 }, fields, redis.call('LINDEX', messagesKey, -1) }

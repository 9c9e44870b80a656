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
-- ARGV[9]   message            that the turn answers, encoded; the script puts its time in front; '' to regenerate
-- ARGV[10]  parentSeq          of the message that it follows; '' for the last one of the active branch
-- ARGV[11]  supersedes         seq of the message that it stands in place of, with its parent; '' for none
-- ARGV[12]  regenerate         seq of the message that the turn answers again; '' with a message
-- ARGV[13]  requestHash        '' without an idempotency key
-- ARGV[14]  recordTtl          ms
-- ARGV[15]  idempotencyKey     '' without one
-- ARGV[16]  ownerQuota         bytes
-- ARGV[17]  formerHashes       other hashes of an equal request, each with a space behind it; '' for none
--
-- Result    OK, turn, fields, the message that the turn answers, or false where only the record behind Redis has it
--           QUEUED
--           REPLAYED, idempotency record, latest turn, 1 when the conversation exists
-- Errors    NOT_FOUND
--           DAMAGED
--           CLOSED, status
--           FULL
--           NO_MESSAGE
--           SUPERSEDED
--           BRANCHES_FULL
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
local turnRetention, message, parentSeq, supersedes = ARGV[8], ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11])
local regenerate, requestHash, recordTtl = tonumber(ARGV[12]), ARGV[13], ARGV[14]
local idempotencyKey, ownerQuota, formerHashes = ARGV[15], tonumber(ARGV[16]), ARGV[17]

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
    local recordHash, recordId = string.match(record, '^(%S+) (%S+) %d+ %d+ %S+ %l+ %d+ %d+')
    local isSame = recordId == id and (recordHash == requestHash
      or string.find(' ' .. formerHashes, ' ' .. recordHash .. ' ', 1, true))
    if isSame then
      redis.call('HDEL', queueKey, turnId)
    end
    return { 'REPLAYED', record, turn, redis.call('EXISTS', conversationKey) }
  end
end

-- @include name-conversation-fields
-- @include load-conversation: fields, status, messageCount, base; may end: NOT_FOUND, DAMAGED
-- @include require-whole-list; may end: DAMAGED
local isBehindLeaf = false
-- @include load-tree: leafSeq, branches; may end: DAMAGED
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
if messageCount + (regenerate and 1 or 2) > maxMessages then return { 'FULL' } end

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

local messages, indexKey, userSeq = { message }, activeKey, messageCount + 1
if regenerate then
  if regenerate < 1 or regenerate > messageCount then return { 'NO_MESSAGE' } end
  -- No message is placed: nothing begins a branch.
  messages, userSeq, parentSeq = {}, regenerate, messageCount
end
-- @include place-messages: newBranch; may end: NO_MESSAGE, SUPERSEDED, BRANCHES_FULL, DAMAGED
-- There must be room for the branch that a reply begins, too: it would be lost at its end.
local isBranching = supersedes or (regenerate and regenerate ~= messageCount)
if isBranching and #branches + #newBranch >= 24000 then return { 'BRANCHES_FULL' } end
-- @include require-quota-of-messages; may end: QUOTA
leafSeq = userSeq
-- @include append-messages; may end: DAMAGED
redis.call('HDEL', queueKey, turnId, unpack(gone))
redis.call('DEL', previousTurnKey, previousEventsKey)
if turn[TURN_ID] then
  if redis.call('HGET', turnKey, 'status') == 'running' then
    redis.call('HSET', turnKey, 'status', 'lost')
  end
  redis.call('RENAME', turnKey, previousTurnKey)
end
if redis.call('EXISTS', eventsKey) == 1 then redis.call('RENAME', eventsKey, previousEventsKey) end
redis.call('HSET', turnKey, 'id', turnId, 'status', 'running', 'userSeq', userSeq, 'startCount', messageCount,
  'replySeq', 0, 'replyCount', 0, 'leaseUntil', now + lease, 'cancel', '0', 'lastEvent', 0)
-- @include set-turn-deadlines
if requestHash ~= '' then
  local record = table.concat({ requestHash, id, userSeq, 1, turnId, 'running', 0, 0 }, ' ')
  -- @include store-record
end
local index = userSeq - 1 - base
local element = index >= 0 and redis.call('LINDEX', messagesKey, index)
return { 'OK', { turnId, 'running', userSeq, 0, 0 }, fields, element }

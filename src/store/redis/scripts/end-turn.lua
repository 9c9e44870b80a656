-- Ends the running turn: appends its replies behind what it answers, adds its last events and frees the conversation. Of a turn that
-- has ended, the script changes nothing and gives the same result.
--
-- KEYS[1]   conversationKey    hash of the conversation
-- KEYS[2]   messagesKey        list of its messages
-- KEYS[3]   expiriesKey        ids by expiresAt
-- KEYS[4]   activeKey          ids of the active conversations by updatedAt
-- KEYS[5]   completedKey       ids of the completed ones
-- KEYS[6]   archivedKey        ids of the archived ones
-- KEYS[7]   turnKey            hash of the latest turn
-- KEYS[8]   eventsKey          stream of its events
-- KEYS[9]   previousTurnKey    hash of the turn before the latest
-- KEYS[10]  recordKey          idempotency record; absent when the turn began without an idempotency key
-- KEYS[11]  hotKey             conversations of the partition and their marks; absent without a tier
-- KEYS[12]  unsavedRecordsKey  idempotency records of the conversation to be saved; absent without a tier
-- KEYS[13]  usageKey           bytes of the owner; absent without a quota
-- KEYS[14]  recordsKey         names of the idempotency records by deadline; absent without a quota
-- ARGV[1]   id                 of the conversation
-- ARGV[2]   ttl                ms
-- ARGV[3]   maxMessages        that a conversation holds
-- ARGV[4]   turnId
-- ARGV[5]   ending             'completed', 'cancelled' or 'failed'
-- ARGV[6]   newStatus          of the conversation; '' for the same
-- ARGV[7]   turnRetention      ms
-- ARGV[8]   eventSeqs          'first-last' of the events; '' without any
-- ARGV[9]   requestHash        '' without an idempotency key
-- ARGV[10]  recordTtl          ms
-- ARGV[11]  idempotencyKey     '' without one
-- ARGV[12]  continuation       encoded, without its time: stored in place of the message that the turn answers, and not
--                              the replies, unless something was appended behind that one; '' for none
-- ARGV[13]  replyCount         how many of the following are replies
-- ARGV[14…] repliesAndEvents   replies, encoded, without their time; then the data of the events, with line feeds
--
-- Result    OK, turn, fields, 'ended' when the replies were stored, 'continued' when the continuation was; 'known' when
--           the turn had ended before
-- Errors    NOT_FOUND
--           DAMAGED
--           FULL
--           NO_MESSAGE
--           SUPERSEDED
--           BRANCHES_FULL
--           LOST
local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local activeKey, completedKey, archivedKey = KEYS[4], KEYS[5], KEYS[6]
local turnKey, eventsKey, previousTurnKey = KEYS[7], KEYS[8], KEYS[9]
local recordKey, hotKey = KEYS[10] ~= KEYS[1] and KEYS[10], KEYS[11] ~= KEYS[1] and KEYS[11]
local unsavedRecordsKey = KEYS[12] ~= KEYS[1] and KEYS[12]
local usageKey, recordsKey = KEYS[13] ~= KEYS[1] and KEYS[13], KEYS[14]
local id, ttl, maxMessages = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local turnId, ending, newStatus, turnRetention, eventSeqs = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local requestHash, recordTtl, idempotencyKey = ARGV[9], ARGV[10], ARGV[11]
local continuation, replyCount = ARGV[12], tonumber(ARGV[13])
local repliesAndEvents = {}
for i = 14, #ARGV do repliesAndEvents[#repliesAndEvents + 1] = ARGV[i] end

-- @include read-clock
-- @include find-turn: isPrevious
local key = isPrevious and previousTurnKey or turnKey
-- @include load-turn: turn, TURN_ID, TURN_STATUS, USER_SEQ, REPLY_SEQ, REPLY_COUNT, START_COUNT
if turn[TURN_ID] ~= turnId or redis.call('EXISTS', conversationKey) == 0 then return { 'LOST' } end
-- @include name-conversation-fields
-- @include load-conversation: fields, status, messageCount; may end: NOT_FOUND, DAMAGED
-- @include require-whole-list; may end: DAMAGED
local isBehindLeaf = false
-- @include load-tree: leafSeq; may end: DAMAGED

local storedStatus, outcome = redis.call('HGET', key, 'status'), 'known'
if storedStatus == 'running' or storedStatus == 'lost' then
  if turn[TURN_STATUS] ~= 'running' or isPrevious then return { 'LOST' } end

  -- The turn of an older process answers the last message of its time.
  local userSeq = tonumber(turn[USER_SEQ])
  local startCount = tonumber(turn[START_COUNT] or userSeq)
  -- @include find-tip: tip; may end: DAMAGED
  local messages, eventData = {}, repliesAndEvents[replyCount + 1]
  local parentSeq, supersedes = tip, nil
  outcome = 'ended'
  if continuation ~= '' and tip == userSeq then
    messages[1], supersedes, outcome = continuation, userSeq, 'continued'
  else
    for i = 1, replyCount do messages[i] = repliesAndEvents[i] end
  end
  local storedCount = #messages
  if messageCount + storedCount > maxMessages then return { 'FULL' } end
  -- What is not stored begins no branch.
  if storedCount == 0 then parentSeq = messageCount end
  -- @include place-messages; may end: NO_MESSAGE, SUPERSEDED, BRANCHES_FULL, DAMAGED
  local replySeq = 0
  -- @include index-by-status: indexOf
  if storedCount > 0 or newStatus ~= '' then
    if newStatus ~= '' and newStatus ~= status then
      redis.call('ZREM', indexOf[status], id)
      status = newStatus
    end
    local indexKey = indexOf[status]
    -- A client that has switched to another branch stays there.
    if leafSeq == tip and storedCount > 0 then leafSeq = messageCount + storedCount end
    -- @include append-messages: firstSeq; may end: DAMAGED
    replySeq = firstSeq
  else
    -- @include mark-dirty: becameDirty
    if becameDirty then
      local indexKey = indexOf[status]
      -- @include set-deadlines
    end
  end
  -- @include add-events
  redis.call('HSET', turnKey, 'status', ending, 'replySeq', replySeq, 'replyCount', storedCount)
  -- @include set-turn-deadlines
  if requestHash ~= '' then
    -- A newer process may have written more than eight words. Those behind the eighth stay as they are.
    local written = redis.call('GET', recordKey) or ''
    local recordWords = string.match(written, '^%S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+( .*)') or ''
    local words = { requestHash, id, turn[USER_SEQ], 1, turnId, ending, replySeq, storedCount }
    local record = table.concat(words, ' ') .. recordWords
    -- @include store-record
  end
  turn[TURN_STATUS], turn[REPLY_SEQ], turn[REPLY_COUNT] = ending, replySeq, storedCount
end
return { 'OK', turn, fields, outcome }

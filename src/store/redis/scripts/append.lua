-- Appends messages to a conversation, all or none, once per idempotency key.
--
-- KEYS[1]  conversationKey    hash of the conversation
-- KEYS[2]  messagesKey        list of its messages
-- KEYS[3]  expiriesKey        ids by expiresAt
-- KEYS[4]  activeKey          ids of the active conversations by updatedAt
-- KEYS[5]  recordKey          idempotency record; absent without an idempotency key
-- KEYS[6]  hotKey             conversations of the partition and their marks; absent without a tier
-- KEYS[7]  unsavedRecordsKey  idempotency records of the conversation to be saved; absent without a tier
-- KEYS[8]  usageKey           bytes of the owner; absent without a quota
-- KEYS[9]  recordsKey         names of the idempotency records by deadline; absent without a quota
-- ARGV[1]  id
-- ARGV[2]  ttl                ms
-- ARGV[3]  maxMessages        that a conversation holds
-- ARGV[4]  requestHash        '' without an idempotency key
-- ARGV[5]  recordTtl          ms
-- ARGV[6]  idempotencyKey     '' without one
-- ARGV[7]  ownerQuota         bytes
-- ARGV[8]  parentSeq          of the message that they follow; '' for the last one of the active branch
-- ARGV[9]  supersedes         seq of the message that they stand in place of, with its parent; '' for none
-- ARGV[10…] messages          encoded; the script puts their time in front
--
-- Result   OK, seq of the first, fields
--          REPLAYED, idempotency record
-- Errors   NOT_FOUND
--          DAMAGED
--          CLOSED, status
--          FULL
--          NO_MESSAGE
--          SUPERSEDED
--          BRANCHES_FULL
--          QUOTA
local conversationKey, messagesKey, expiriesKey, activeKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local recordKey = KEYS[5] ~= KEYS[1] and KEYS[5]
local hotKey, unsavedRecordsKey = KEYS[6] ~= KEYS[1] and KEYS[6], KEYS[7] ~= KEYS[1] and KEYS[7]
local usageKey, recordsKey = KEYS[8] ~= KEYS[1] and KEYS[8], KEYS[9]
local id, ttl, maxMessages = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local requestHash, recordTtl, idempotencyKey, ownerQuota = ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
local parentSeq, supersedes = tonumber(ARGV[8]), tonumber(ARGV[9])
local messages = { unpack(ARGV, 10) }

-- @include replay-record; may end: REPLAYED
-- @include name-conversation-fields
-- @include load-conversation: fields, status, messageCount; may end: NOT_FOUND, DAMAGED
if status ~= 'active' then return { 'CLOSED', status } end
if messageCount + #messages > maxMessages then return { 'FULL' } end
local isBehindLeaf = not parentSeq and not supersedes
-- @include load-tree: leafSeq; may end: DAMAGED
-- @include place-messages; may end: NO_MESSAGE, SUPERSEDED, BRANCHES_FULL, DAMAGED
-- @include require-quota-of-messages; may end: QUOTA

-- @include read-clock
local indexKey = activeKey
leafSeq = messageCount + #messages
-- @include append-messages: firstSeq; may end: DAMAGED
if requestHash ~= '' then
  local record = table.concat({ requestHash, id, firstSeq, #messages }, ' ')
  -- @include store-record
end
return { 'OK', firstSeq, fields }

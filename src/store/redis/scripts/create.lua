-- Creates a conversation with its first messages, once per idempotency key. A fork has no such messages: its list was
-- staged before, by stage-messages.lua.
--
-- KEYS[1]   conversationKey     hash of the conversation
-- KEYS[2]   messagesKey         list of its messages
-- KEYS[3]   expiriesKey         ids by expiresAt
-- KEYS[4]   activeKey           ids of the active conversations by updatedAt
-- KEYS[5]   completedKey        ids of the completed ones
-- KEYS[6]   archivedKey         ids of the archived ones
-- KEYS[7]   recordKey           idempotency record; absent without an idempotency key
-- KEYS[8]   hotKey              conversations of the partition and their marks; absent without a tier
-- KEYS[9]   unsavedRecordsKey   idempotency records of the conversation to be saved; absent without a tier
-- KEYS[10]  unsavedKey          ids that were never saved; absent without a tier
-- KEYS[11]  tombstoneKey        revision of a tombstone of the same id; absent without a tier
-- KEYS[12]  fillKey             token of who hydrates the id; absent without a tier
-- KEYS[13]  usageKey            bytes of the owner; absent without a quota
-- KEYS[14]  recordsKey          names of the idempotency records by deadline; absent without a quota
-- KEYS[15]  sourceKey           hash of the conversation that a fork is a copy of; absent unless it is one
-- KEYS[16]  stagedKey           list of the messages of a fork; absent unless it is one
-- ARGV[1]   id
-- ARGV[2]   ttl                   ms
-- ARGV[3]   maxConversations      that an owner has
-- ARGV[4]   maxMessages           that a conversation holds
-- ARGV[5]   requestHash           '' without an idempotency key
-- ARGV[6]   recordTtl             ms
-- ARGV[7]   idempotencyKey        '' without one
-- ARGV[8]   savedConversations    that the owner has in the record behind Redis; '' to count those in Redis
-- ARGV[9]   unsavedConversations  that Redis alone had before savedConversations were counted
-- ARGV[10]  firstRevision         least revision of the conversation; of no meaning without a tier
-- ARGV[11]  ownerQuota            bytes
-- ARGV[12]  metadata              JSON, '' for none
-- ARGV[13]  hasTitle              1 or 0
-- ARGV[14]  title                 '' without one
-- ARGV[15]  hasExternalId         1 or 0
-- ARGV[16]  externalId            '' without one
-- ARGV[17]  forkedFrom            what a fork is a copy of; '' unless it is one
-- ARGV[18]  sourceCreatedAt       of the conversation that a fork is a copy of
-- ARGV[19]  stagedCount           messages of a fork
-- ARGV[20]  stagedBytes           their bytes
-- ARGV[21]  stagedSize            bytes of the largest of them
-- ARGV[22…] messages              encoded; the script puts their time in front
--
-- Result    OK, seq of the first message, fields
--           REPLAYED, idempotency record
-- Errors    NOT_FOUND when the source of a fork is not there any more
--           EXISTS
--           TOO_MANY
--           FULL
--           QUOTA
--           UNSTAGED when a fork could be created, but its messages are not staged
local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local activeKey, completedKey, archivedKey = KEYS[4], KEYS[5], KEYS[6]
local recordKey, hotKey = KEYS[7] ~= KEYS[1] and KEYS[7], KEYS[8] ~= KEYS[1] and KEYS[8]
local unsavedRecordsKey, unsavedKey = KEYS[9] ~= KEYS[1] and KEYS[9], KEYS[10] ~= KEYS[1] and KEYS[10]
local tombstoneKey, fillKey = KEYS[11] ~= KEYS[1] and KEYS[11], KEYS[12] ~= KEYS[1] and KEYS[12]
local usageKey, recordsKey = KEYS[13] ~= KEYS[1] and KEYS[13], KEYS[14] ~= KEYS[1] and KEYS[14]
local sourceKey, stagedKey = KEYS[15] ~= KEYS[1] and KEYS[15], KEYS[16]
local id, ttl, maxConversations = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local maxMessages, requestHash, recordTtl = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local idempotencyKey, savedConversations, unsavedConversations = ARGV[7], ARGV[8], tonumber(ARGV[9])
local firstRevision, ownerQuota, metadata = tonumber(ARGV[10]), tonumber(ARGV[11]), ARGV[12]
local hasTitle, title, hasExternalId, externalId = ARGV[13] == '1', ARGV[14], ARGV[15] == '1', ARGV[16]
local forkedFrom, sourceCreatedAt = ARGV[17], ARGV[18]
local stagedCount, stagedBytes, stagedSize = tonumber(ARGV[19]), tonumber(ARGV[20]), tonumber(ARGV[21])
local messages = { unpack(ARGV, 22) }

-- @include replay-record; may end: REPLAYED
if sourceKey then
  local head = redis.call('HGET', sourceKey, 'head') or ''
  if string.match(head, '^%l+ %d+ %d+ (%d+)') ~= sourceCreatedAt then return { 'NOT_FOUND' } end
end
if redis.call('EXISTS', conversationKey, messagesKey) > 0 then return { 'EXISTS' } end
-- @include read-clock: now, nowText
-- @include prune-expired
local conversations
if savedConversations == '' then
  conversations = redis.call('ZCARD', expiriesKey)
else
  -- What was saved after savedConversations were counted is unsaved no more, and among them not yet.
  conversations = savedConversations + math.max(unsavedConversations, redis.call('SCARD', unsavedKey))
end
if conversations >= maxConversations then return { 'TOO_MANY' } end
local messageCount = stagedCount + #messages
if messageCount > maxMessages then return { 'FULL' } end
local addedBytes = 0
if usageKey then
  addedBytes = #id + 100 + #title + #externalId + #metadata + stagedBytes
  for i = 1, #messages do addedBytes = addedBytes + 13 + #messages[i] end
  -- @include require-quota; may end: QUOTA
end
if stagedKey and redis.call('LLEN', stagedKey) ~= stagedCount then return { 'UNSTAGED' } end

-- @include name-conversation-fields
local fields = {
  false, hasTitle and title, hasExternalId and externalId, forkedFrom ~= '' and forkedFrom,
  metadata ~= '' and metadata,
}
local status, version, size = 'active', 1, stagedSize
for i = 1, #messages do
  messages[i] = nowText .. messages[i]
  if #messages[i] > size then size = #messages[i] end
end
local largest, moreWords = ' ' .. size, ''
local createdAt, updatedAt, lastAccessedAt, expiresAt = nowText, nowText, nowText, now + ttl
-- @include write-head
if hasTitle then redis.call('HSET', conversationKey, 'title', title) end
if hasExternalId then redis.call('HSET', conversationKey, 'externalId', externalId) end
if forkedFrom ~= '' then redis.call('HSET', conversationKey, 'forkedFrom', forkedFrom) end
if metadata ~= '' then redis.call('HSET', conversationKey, 'metadata', metadata) end

if stagedKey then
  redis.call('RENAME', stagedKey, messagesKey)
elseif #messages > 0 then
  redis.call('RPUSH', messagesKey, unpack(messages))
end
local indexKey = activeKey
redis.call('ZADD', indexKey, nowText, id)
if hotKey then
  -- Above a tombstone of the id, which stays until it is saved: whichever is saved first, the higher one holds.
  local tombstone = redis.call('GET', tombstoneKey) or 0
  redis.call('HSET', conversationKey, 'revision', math.max(firstRevision, tombstone + 1) - 1)
  redis.call('DEL', fillKey)
  redis.call('SADD', unsavedKey, id)
  if redis.call('PTTL', unsavedKey) < ttl then
    redis.call('PEXPIRE', unsavedKey, math.ceil(ttl * 1.125))
  end
end
-- @include mark-dirty
-- @include set-deadlines
if usageKey then
  -- @include charge-usage
end
if requestHash ~= '' then
  local record = table.concat({ requestHash, id, 1, #messages }, ' ')
  -- @include store-record
end
return { 'OK', 1, fields }

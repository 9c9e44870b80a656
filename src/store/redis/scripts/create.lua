-- Creates a conversation with its first messages, once per idempotency key.
--
-- KEYS[1]   conversationKey  hash of the conversation
-- KEYS[2]   messagesKey      list of its messages
-- KEYS[3]   expiriesKey      ids by expiresAt
-- KEYS[4]   activeKey        ids of the active conversations by updatedAt
-- KEYS[5]   completedKey     ids of the completed ones
-- KEYS[6]   archivedKey      ids of the archived ones
-- KEYS[7]   recordKey        idempotency record; of no meaning without an idempotency key
-- KEYS[8]   usageKey         bytes of the owner; absent without a quota
-- KEYS[9]   recordsKey       names of the idempotency records by deadline; absent without a quota
-- ARGV[1]   id
-- ARGV[2]   ttl              ms
-- ARGV[3]   maxConversations that an owner has
-- ARGV[4]   maxMessages      that a conversation holds
-- ARGV[5]   requestHash      '' without an idempotency key
-- ARGV[6]   recordTtl        ms
-- ARGV[7]   ownerQuota       bytes
-- ARGV[8]   metadata         JSON, '' for none
-- ARGV[9]   hasTitle         1 or 0
-- ARGV[10]  title            '' without one
-- ARGV[11]  hasExternalId    1 or 0
-- ARGV[12]  externalId       '' without one
-- ARGV[13…] messages         encoded; the script puts their time in front
--
-- Result    OK, seq of the first message, fields
--           REPLAYED, idempotency record
-- Errors    EXISTS
--           TOO_MANY
--           FULL
--           QUOTA
local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local activeKey, completedKey, archivedKey, recordKey = KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local usageKey, recordsKey = KEYS[8], KEYS[9]
local id, ttl, maxConversations = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local maxMessages, requestHash, recordTtl = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local ownerQuota, metadata, hasTitle, title = tonumber(ARGV[7]), ARGV[8], ARGV[9] == '1', ARGV[10]
local hasExternalId, externalId = ARGV[11] == '1', ARGV[12]
local messages = { unpack(ARGV, 13) }

-- @include replay-record; may end: REPLAYED
if redis.call('EXISTS', conversationKey, messagesKey) > 0 then return { 'EXISTS' } end
-- @include read-clock: now, nowText
-- @include prune-expired
if redis.call('ZCARD', expiriesKey) >= maxConversations then return { 'TOO_MANY' } end
if #messages > maxMessages then return { 'FULL' } end
local addedBytes = 0
if usageKey then
  addedBytes = #id + 100 + #title + #externalId + #metadata
  for i = 1, #messages do addedBytes = addedBytes + 13 + #messages[i] end
  -- @include require-quota; may end: QUOTA
end

-- @include name-conversation-fields
local fields = { false, hasTitle and title, hasExternalId and externalId, metadata ~= '' and metadata }
local status, version, messageCount, size = 'active', 1, #messages, 0
for i = 1, #messages do
  messages[i] = nowText .. messages[i]
  if #messages[i] > size then size = #messages[i] end
end
local largest, moreWords = ' ' .. size, ''
local createdAt, updatedAt, lastAccessedAt, expiresAt = nowText, nowText, nowText, now + ttl
-- @include write-head
if hasTitle then redis.call('HSET', conversationKey, 'title', title) end
if hasExternalId then redis.call('HSET', conversationKey, 'externalId', externalId) end
if metadata ~= '' then redis.call('HSET', conversationKey, 'metadata', metadata) end

if #messages > 0 then redis.call('RPUSH', messagesKey, unpack(messages)) end
local indexKey = activeKey
redis.call('ZADD', indexKey, nowText, id)
-- @include set-deadlines
if usageKey then
  -- @include charge-usage
end
if requestHash ~= '' then
  local record = table.concat({ requestHash, id, 1, #messages }, ' ')
  -- @include store-record
end
return { 'OK', 1, fields }

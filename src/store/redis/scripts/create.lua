-- Creates a conversation with its first messages, once per idempotency key.
--
-- KEYS 1-6  as in shared/conversation and shared/indices
-- KEYS[7]   outcome of the idempotency key, when there is one
-- ARGV[1]   id
-- ARGV[2]   TTL, ms
-- ARGV[3]   most conversations an owner may have
-- ARGV[4]   most messages a conversation may hold
-- ARGV[5]   hash of the request (read with KEYS[7] only)
-- ARGV[6]   how long the outcome is remembered, ms
-- ARGV[7]   metadata as JSON, '' for none
-- ARGV[8]   1 when there is a title          ARGV[9]  title
-- ARGV[10]  1 when there is an external id   ARGV[11] external id
-- ARGV[12…] messages, encoded; their time is put in front
--
-- Result    { 'OK', first seq, fields } | { 'REMEMBERED', outcome } | { 'TOO_MANY' } | { 'FULL' } |
--           { 'EXISTS' }
-- @include conversation
-- @include indices
-- @include expiry
local outcomeKey = KEYS[7]
local id, ttl, maxConversations = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local maxMessages, requestHash, rememberFor = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local metadata, hasTitle, title = ARGV[7], ARGV[8] == '1', ARGV[9]
local hasExternalId, externalId = ARGV[10] == '1', ARGV[11]
local FIRST_MESSAGE = 12

if outcomeKey then
  local outcome = redis.call('GET', outcomeKey)
  if outcome then return { 'REMEMBERED', outcome } end
end

if redis.call('EXISTS', conversationKey, messagesKey) > 0 then return { 'EXISTS' } end
-- @include clock
prune(expiriesKey, { indexOf.active, indexOf.completed, indexOf.archived }, now)
if redis.call('ZCARD', expiriesKey) >= maxConversations then return { 'TOO_MANY' } end
local count = #ARGV - FIRST_MESSAGE + 1
if count > maxMessages then return { 'FULL' } end

local fields = { false, hasTitle and title, hasExternalId and externalId, metadata ~= '' and metadata }
local status, version, messageCount = 'active', 1, count
local createdAt, updatedAt, lastAccessedAt, expiresAt = nowText, nowText, nowText, now + ttl
-- @include write-head
if hasTitle then redis.call('HSET', conversationKey, 'title', title) end
if hasExternalId then redis.call('HSET', conversationKey, 'externalId', externalId) end
if metadata ~= '' then redis.call('HSET', conversationKey, 'metadata', metadata) end

if count > 0 then
  local messages = {}
  for i = FIRST_MESSAGE, #ARGV do messages[#messages + 1] = nowText .. ARGV[i] end
  redis.call('RPUSH', messagesKey, unpack(messages))
end
local indexKey = indexOf.active
redis.call('ZADD', indexKey, nowText, id)
-- @include keep
if outcomeKey then
  local outcome = table.concat({ requestHash, id, 1, count }, ' ')
  redis.call('SET', outcomeKey, outcome, 'PX', rememberFor)
end
return { 'OK', 1, fields }

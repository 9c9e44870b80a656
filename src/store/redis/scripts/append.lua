-- Appends messages to a conversation, all or none, once per idempotency key.
--
-- KEYS 1-2  as in shared/conversation
-- KEYS[3]   ids by expiresAt
-- KEYS[4]   index of the active conversations, by updatedAt
-- KEYS[5]   outcome of the idempotency key, when there is one
-- ARGV[1]   id
-- ARGV[2]   TTL, ms
-- ARGV[3]   most messages a conversation may hold
-- ARGV[4…]  messages, encoded; their time is put in front
--           with KEYS[5], in front of them: hash of the request, how long the outcome is remembered, ms
--
-- Result    { 'OK', first seq, fields } | { 'REMEMBERED', outcome } | { 'NOT_FOUND' } |
--           { 'DAMAGED' } | { 'CLOSED', status } | { 'FULL' }
-- @include conversation
local expiriesKey, indexKey, outcomeKey = KEYS[3], KEYS[4], KEYS[5]
local id, ttl, maxMessages = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local firstMessage = outcomeKey and 6 or 4

if outcomeKey then
  local outcome = redis.call('GET', outcomeKey)
  if outcome then return { 'REMEMBERED', outcome } end
end

-- @include load
if status ~= 'active' then return { 'CLOSED', status } end
local added = #ARGV - firstMessage + 1
if messageCount + added > maxMessages then return { 'FULL' } end

local messages = { unpack(ARGV, firstMessage) }
-- @include clock
-- @include append
if outcomeKey then
  local requestHash, rememberFor = ARGV[4], ARGV[5]
  local outcome = table.concat({ requestHash, id, firstSeq, added }, ' ')
  redis.call('SET', outcomeKey, outcome, 'PX', rememberFor)
end
return { 'OK', firstSeq, fields }

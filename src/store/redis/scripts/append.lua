-- Appends messages to a conversation, all or none, once per idempotency key.
--
-- KEYS 1-6  as in shared/conversation; KEYS[7] outcome of the idempotency key, when there is one
-- ARGV[1]   id
-- ARGV[2]   TTL, ms
-- ARGV[3]   most messages a conversation may hold
-- ARGV[4]   hash of the request (read with KEYS[7] only)
-- ARGV[5]   how long the outcome is remembered, ms
-- ARGV[6…]  messages, encoded; their time is put in front
--
-- Result    { 'OK', first seq, fields } | { 'REMEMBERED', outcome } | { 'NOT_FOUND' } |
--           { 'DAMAGED' } | { 'CLOSED', status } | { 'FULL' }
-- @include conversation
local outcomeKey = KEYS[7]
local id, ttl, maxMessages = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local requestHash, rememberFor = ARGV[4], ARGV[5]
local FIRST_MESSAGE = 6

if outcomeKey then
  local outcome = redis.call('GET', outcomeKey)
  if outcome then return { 'REMEMBERED', outcome } end
end

-- @include load
if status ~= 'active' then return { 'CLOSED', status } end
local added = #ARGV - FIRST_MESSAGE + 1
if messageCount + added > maxMessages then return { 'FULL' } end

local messages = { unpack(ARGV, FIRST_MESSAGE) }
-- @include clock
-- @include append
if outcomeKey then
  local outcome = table.concat({ requestHash, id, firstSeq, added }, ' ')
  redis.call('SET', outcomeKey, outcome, 'PX', rememberFor)
end
return { 'OK', firstSeq, fields }

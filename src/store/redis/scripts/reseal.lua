-- Replaces texts of a conversation by the same ones, sealed anew: each only where it is still what it was. There is no
-- new version, revision, mark or deadline.
--
-- KEYS[1]  conversationKey  hash of the conversation
-- KEYS[2]  messagesKey      list of its messages
-- KEYS[3]  expiriesKey      ids by expiresAt
-- KEYS[4]  usageKey         bytes of the owner; absent without a quota
-- ARGV[1]  id
-- ARGV[2]  fieldCount       how many of the texts are fields of the hash
-- ARGV[3…] texts            of each field its name, the former text and the new one; then of each message its seq,
--                           the former element and the new one
--
-- Result   OK, how many were replaced
-- Errors   NOT_FOUND
--          DAMAGED
local conversationKey, messagesKey, expiriesKey, usageKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, fieldCount = ARGV[1], tonumber(ARGV[2])
local texts = { unpack(ARGV, 3) }

-- @include name-conversation-fields
-- @include load-conversation: base, largest; may end: NOT_FOUND, DAMAGED
-- What the record behind Redis has is charged for there, and counted as it is there.
local saved = redis.call('HMGET', conversationKey, 'saved', 'savedCount')
local isSaved, savedCount = tonumber(saved[1] or 0) > 0, tonumber(saved[2] or 0)
local replaced, addedBytes, size = 0, 0, 0
for i = 1, 3 * fieldCount, 3 do
  local name, former, text = texts[i], texts[i + 1], texts[i + 2]
  if redis.call('HGET', conversationKey, name) == former then
    redis.call('HSET', conversationKey, name, text)
    replaced = replaced + 1
    if not isSaved then addedBytes = addedBytes + #text - #former end
  end
end
for i = 3 * fieldCount + 1, #texts, 3 do
  local seq, former, text = tonumber(texts[i]), texts[i + 1], texts[i + 2]
  local index = seq - 1 - base
  if index >= 0 and redis.call('LINDEX', messagesKey, index) == former then
    redis.call('LSET', messagesKey, index, text)
    replaced = replaced + 1
    if seq > savedCount then addedBytes = addedBytes + #text - #former end
    if #text > size then size = #text end
  end
end
if largest ~= '' and size - largest > 0 then
  largest = ' ' .. size
  -- @include write-head
end
if usageKey and addedBytes ~= 0 then
  -- @include charge-usage
end
return { 'OK', replaced }

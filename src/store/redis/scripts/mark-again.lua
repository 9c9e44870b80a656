-- Marks conversations as unsaved, all that Redis holds of them: the record went back. Those that have left
-- Redis go out of the index.
--
-- KEYS[1]  hotKey       conversationKeys of what Redis holds, by time
-- KEYS[2…] groupedKeys  of each conversation: conversationKey, messagesKey, expiriesKey
-- ARGV[1…] ids          of the conversations, in the same order
--
-- Result   OK, how many were clean
local hotKey = KEYS[1]
local groupedKeys = { unpack(KEYS, 2) }
local ids = ARGV

-- @include read-clock: now
local count = 0
for i = 1, #ids do
  local conversationKey, messagesKey = groupedKeys[3 * i - 2], groupedKeys[3 * i - 1]
  local expiriesKey = groupedKeys[3 * i]
  local score = redis.call('ZSCORE', hotKey, conversationKey)
  -- @include read-head: expiresAt
  if score and expiresAt then
    local base = redis.call('HGET', conversationKey, 'base') or 0
    redis.call('HSET', conversationKey, 'saved', 0, 'savedCount', base)
    redis.call('HDEL', conversationKey, 'savedState', 'trimCount', 'trimAt')
    if tonumber(score) < 0 then
      redis.call('PEXPIREAT', conversationKey, expiresAt)
      redis.call('PEXPIREAT', messagesKey, expiresAt)
      redis.call('ZADD', expiriesKey, expiresAt, ids[i])
      redis.call('ZADD', hotKey, now, conversationKey)
      count = count + 1
    end
  elseif score and redis.call('EXISTS', conversationKey, messagesKey) == 0 then
    redis.call('ZREM', hotKey, conversationKey)
  end
end
return { 'OK', count }

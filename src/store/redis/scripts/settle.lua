-- Notes that the record has snapshots of conversations of a partition. One of which it has all is clean: it leaves
-- Redis after the residency, and its older messages may leave Redis earlier.
--
-- KEYS[1]  hotKey       conversationKeys of what Redis holds, by time
-- KEYS[2]  flushKey     hash of the partition's flushes
-- KEYS[3…] groupedKeys  of each conversation: conversationKey, messagesKey, expiriesKey, unsavedKey,
--                       unsavedRecordsKey, turnKey, queueKey, tombstoneKey, and usageKey; conversationKey again
--                       without a quota
-- ARGV[1]  committed    number of the flush; '' when the record had these revisions before
-- ARGV[2]  residency    ms
-- ARGV[3]  tail         messages that Redis holds at least
-- ARGV[4…] snapshots    of each conversation: id, createdAt, revision, messages that the record has, version of
--                       the state or '', number of idempotency records, and of each its key and the record
--
-- Result   OK, one word for each conversation: 'clean'; 'changed' when it was written since, is another conversation,
--            or the flush is an early one that a later flush or a recovery has overtaken, and it stays unsaved;
--            'pinned' when a turn runs or waits, and it stays marked; 'gone'; 'damaged'
local hotKey, flushKey = KEYS[1], KEYS[2]
local groupedKeys = { unpack(KEYS, 3) }
local committed, residency, tail = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
-- unpack has a limit, and a conversation may have any number of records.
local snapshots = {}
for i = 4, #ARGV do snapshots[#snapshots + 1] = ARGV[i] end

-- @include read-clock: now
-- As text, because Lua formats a number of this size slowly, and each time that a command gets it.
local leavesAt = string.format('%d', now + residency)
local isLate = false
if committed then
  isLate = committed < tonumber(redis.call('HGET', flushKey, 'committed') or 0)
  -- Before a mark is cleared: the record may lose this flush, and then the number tells.
  -- @include store-committed
end

-- The keys of a conversation begin at `k`, and its snapshot at `s`.
local function settle(k, s)
  local conversationKey, messagesKey, expiriesKey = groupedKeys[k], groupedKeys[k + 1], groupedKeys[k + 2]
  local unsavedKey, unsavedRecordsKey = groupedKeys[k + 3], groupedKeys[k + 4]
  local turnKey, queueKey, tombstoneKey = groupedKeys[k + 5], groupedKeys[k + 6], groupedKeys[k + 7]
  local usageKey = groupedKeys[k + 8] ~= conversationKey and groupedKeys[k + 8]
  local id, incarnation, revision = snapshots[s], snapshots[s + 1], tonumber(snapshots[s + 2])
  local savedCount, savedState, recordCount = snapshots[s + 3], snapshots[s + 4], tonumber(snapshots[s + 5])

  -- @include read-head: messageCount, createdAt, expiresAt
  if not expiresAt then
    if redis.call('EXISTS', conversationKey, messagesKey) > 0 then return 'damaged' end
    redis.call('ZREM', hotKey, conversationKey)
    redis.call('SREM', unsavedKey, id)
    return 'gone'
  end
  local fields = redis.call('HMGET', conversationKey, 'revision', 'saved', 'base', 'trimCount', 'trimAt')
  local present, saved, base = tonumber(fields[1] or 0), tonumber(fields[2] or 0), tonumber(fields[3] or 0)
  local trimCount, trimAt = tonumber(fields[4] or 0), tonumber(fields[5] or 0)
  -- Also when Redis went back to an earlier revision: then the record has what Redis has lost.
  if isLate or createdAt ~= incarnation or present < revision then return 'changed' end

  if revision > saved then
    redis.call('HSET', conversationKey, 'saved', snapshots[s + 2], 'savedCount', savedCount)
    if savedState ~= '' then redis.call('HSET', conversationKey, 'savedState', savedState) end
    if saved == 0 then
      redis.call('SREM', unsavedKey, id)
      local tombstone = redis.call('GET', tombstoneKey)
      if tombstone and tonumber(tombstone) < revision then redis.call('UNLINK', tombstoneKey) end
    end
  end
  for i = 1, recordCount do
    local key, record = snapshots[s + 4 + 2 * i], snapshots[s + 5 + 2 * i]
    -- A turn that has ended since has changed its record.
    if redis.call('HGET', unsavedRecordsKey, key) == record then
      redis.call('HDEL', unsavedRecordsKey, key)
    end
  end

  if present > revision then
    -- A settle that comes late may find all saved by a later one.
    if present > saved then redis.call('ZADD', hotKey, now, conversationKey) end
    return 'changed'
  end
  local turn = redis.call('HMGET', turnKey, 'status', 'leaseUntil')
  local isPinned = turn[1] == 'running' and tonumber(turn[2]) > now
  local queue = redis.call('HVALS', queueKey)
  for i = 1, #queue do
    local deadline = string.match(queue[i], '^(%d+) %d')
    if deadline and tonumber(deadline) > now then isPinned = true end
  end
  if isPinned then
    -- Behind those that have something to save.
    redis.call('ZADD', hotKey, now, conversationKey)
    return 'pinned'
  end

  local deadline = leavesAt
  if expiresAt < now + residency then deadline = string.format('%d', expiresAt) end
  redis.call('PEXPIREAT', conversationKey, deadline)
  redis.call('PEXPIREAT', messagesKey, deadline)
  redis.call('ZADD', expiriesKey, deadline, id)
  redis.call('ZADD', hotKey, '-' .. deadline, conversationKey)
  local unsavedBytes = usageKey and redis.call('HGET', usageKey, 'c:' .. id)
  if unsavedBytes then
    -- The owner stays charged for it when it leaves Redis.
    redis.call('HDEL', usageKey, 'c:' .. id)
    redis.call('HINCRBY', usageKey, 'saved', unsavedBytes)
  end
  -- Messages leave Redis a residency after a settle that found them in the record, at the earliest.
  local length = messageCount - base
  if length > tail and redis.call('LLEN', messagesKey) == length then
    if trimAt == 0 then
      redis.call('HSET', conversationKey, 'trimCount', savedCount, 'trimAt', now)
    elseif now - trimAt > residency then
      local newBase = math.min(trimCount, messageCount - tail)
      if newBase > base then
        redis.call('LTRIM', messagesKey, newBase - base, -1)
        redis.call('HSET', conversationKey, 'base', newBase)
      end
      redis.call('HSET', conversationKey, 'trimCount', savedCount, 'trimAt', now)
    end
  end
  return 'clean'
end

local words, s = {}, 1
for k = 1, #groupedKeys, 9 do
  words[#words + 1] = settle(k, s)
  s = s + 6 + 2 * tonumber(snapshots[s + 5])
end
redis.call('PEXPIRE', hotKey, 7776000000)
return { 'OK', words }

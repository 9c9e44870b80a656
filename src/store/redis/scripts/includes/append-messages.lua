-- Appends the encoded `messages` to the conversation that was loaded, and writes everything that follows: the
-- branch that they begin (`newBranch`), the head with the new `leafSeq`, the mark, the index of its status
-- (`indexKey`), and the deadlines when they are due. Without messages it still makes a new version. When messages are
-- missing, it changes nothing and ends the script.
-- Needs: HEAD, BRANCHES, conversationKey, messagesKey, expiriesKey, indexKey, hotKey, usageKey, id, ttl, messages, now, nowText, fields, status, version, messageCount, base, createdAt, updatedAt, lastAccessedAt, expiresAt, largest, moreWords, leafSeq, branches, newBranch, newerWords
-- Gives: firstSeq
-- Changes: messages, fields, largest, moreWords, branches, version, messageCount, updatedAt, lastAccessedAt, expiresAt
-- May end: DAMAGED
local firstSeq = messageCount + 1
-- Neither updatedAt nor the time of a message runs backwards, even when the clock does.
if now - updatedAt > 0 then updatedAt = nowText end
messageCount = messageCount + #messages
if #messages > 0 then
  local size = 0
  for i = 1, #messages do
    messages[i] = updatedAt .. messages[i]
    if #messages[i] > size then size = #messages[i] end
  end
  if redis.call('RPUSH', messagesKey, unpack(messages)) ~= messageCount - base then
    redis.call('LTRIM', messagesKey, 0, -1 - #messages)
    return { 'DAMAGED' }
  end
  -- Lua reads a number out of a text when it calculates with it.
  if largest ~= '' and size - largest > 0 then largest = ' ' .. size end
end
if newBranch ~= '' then
  branches = branches .. newBranch
  fields[BRANCHES] = branches
  redis.call('HSET', conversationKey, 'branches', branches)
end
local isNewInIndex = redis.call('ZADD', indexKey, updatedAt, id) == 1
-- The deadline moves once a minute, or once in a tenth of a TTL below ten minutes: of today's TTL and the
-- one that the deadline was written with, the shorter decides. isAccessDue in src/domain/access.ts is the same rule.
-- An access in the future was counted before the clock was set back.
local interval = math.min(60000, ttl * 0.1, (expiresAt - lastAccessedAt) * 0.1)
local isAccessDue = math.abs(now - lastAccessedAt) >= interval
if isAccessDue then lastAccessedAt, expiresAt = nowText, now + ttl end
version = version + 1
-- @include word-leaf
-- @include write-head
-- @include mark-dirty: becameDirty
-- A list or an index that this call has created has no deadline yet.
if isAccessDue or firstSeq == base + 1 or isNewInIndex or becameDirty then
  -- @include set-deadlines
end
if usageKey then
  local addedBytes = 0
  for i = 1, #messages do addedBytes = addedBytes + #messages[i] end
  -- @include charge-usage
end

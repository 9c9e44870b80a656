-- Lists the ids of a page of the owner's conversations that have not expired, newest first, ties by
-- descending id.
--
-- KEYS[1]  expiriesKey   ids by expiresAt
-- KEYS[2]  activeKey     ids of the active conversations by updatedAt
-- KEYS[3]  completedKey  ids of the completed ones
-- KEYS[4]  archivedKey   ids of the archived ones
-- KEYS[5]  usageKey      bytes of the owner; absent without a quota
-- KEYS[6]  recordsKey    names of the idempotency records by deadline; absent without a quota
-- ARGV[1]  limit         most ids to return
-- ARGV[2]  updatedAt     that the page lies behind; '' for the first page
-- ARGV[3]  afterId       that the page lies behind among those of the same updatedAt; '' for the first page
-- ARGV[4…] statuses      one or more, each once
--
-- Result   OK, id, updatedAt, id, updatedAt …
-- Errors   INDEX_LOST when an index is incomplete
local expiriesKey, activeKey, completedKey, archivedKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local usageKey, recordsKey = KEYS[5] ~= KEYS[1] and KEYS[5], KEYS[6]
local limit, updatedAt, afterId = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local statuses = { unpack(ARGV, 4) }

-- @include read-clock
-- @include prune-expired

-- Each id is in `expiries` and in one of the others. An eviction takes a whole key; were it one of the others,
-- the conversations of that status would vanish from the list.
local listed = redis.call('ZCARD', activeKey) + redis.call('ZCARD', completedKey)
  + redis.call('ZCARD', archivedKey)
if redis.call('ZCARD', expiriesKey) > listed then return { 'INDEX_LOST' } end

-- @include index-by-status: indexOf
local found = {}
-- Reads up to `limit` entries of each index behind the position, without the ties in front of it.
for i = 1, #statuses do
  local offset, taken, batch = 0, 0, nil
  repeat
    batch = redis.call('ZREVRANGEBYSCORE', indexOf[statuses[i]], updatedAt or '+inf', '-inf',
      'WITHSCORES', 'LIMIT', offset, limit)
    for k = 1, #batch, 2 do
      local id, score = batch[k], tonumber(batch[k + 1])
      if score ~= updatedAt or id < afterId then
        found[#found + 1] = { id = id, score = score }
        taken = taken + 1
      end
    end
    offset = offset + limit
  until taken >= limit or #batch < 2 * limit
end

table.sort(found, function(a, b)
  if a.score ~= b.score then return a.score > b.score end
  return a.id > b.id
end)
local page = { 'OK' }
for i = 1, math.min(limit, #found) do
  page[#page + 1] = found[i].id
  page[#page + 1] = string.format('%.0f', found[i].score)
end
return page

-- The ids of a page of the owner's living conversations, newest first, ties by descending id.
--
-- KEYS[1]  ids by expiresAt
-- KEYS[2]  index of the active conversations, by updatedAt
-- KEYS[3]  index of the completed ones       KEYS[4] index of the archived ones
-- ARGV[1]  most ids to return
-- ARGV[2]  updatedAt that the page lies behind, '' for the first page
-- ARGV[3]  id that it lies behind among those of the same updatedAt
-- ARGV[4…] which of KEYS[2…4] to read: 2, 3, 4
--
-- Result   { 'OK', id, updatedAt, id, updatedAt … } | { 'DISAGREE' } when an index is incomplete
-- @include expiry
local limit, updatedAt, behindId = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]

-- @include clock
prune(KEYS[1], { KEYS[2], KEYS[3], KEYS[4] }, now)

-- Each id is in KEYS[1] and in one of the others. An eviction takes a whole key; of one of the others
-- it would take what that lists out of sight.
local listed = redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3]) + redis.call('ZCARD', KEYS[4])
if redis.call('ZCARD', KEYS[1]) > listed then return { 'DISAGREE' } end

local found = {}
-- Reads up to `limit` entries of an index behind the position, skipping the ties in front of it.
local function take(indexKey)
  local offset, taken, batch = 0, 0, nil
  repeat
    batch = redis.call('ZREVRANGEBYSCORE', indexKey, updatedAt or '+inf', '-inf', 'WITHSCORES',
      'LIMIT', offset, limit)
    for i = 1, #batch, 2 do
      local id, score = batch[i], tonumber(batch[i + 1])
      if score ~= updatedAt or id < behindId then
        found[#found + 1] = { id = id, score = score }
        taken = taken + 1
      end
    end
    offset = offset + limit
  until taken >= limit or #batch < 2 * limit
end
for i = 4, #ARGV do take(KEYS[tonumber(ARGV[i])]) end

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

-- Notes that the record has the tombstone of a conversation, unless it was deleted again meanwhile.
--
-- KEYS[1] tombstoneKey  revision of the tombstone
-- KEYS[2] deletedKey    conversationKeys of the partition that were deleted, by time; by minus the time once the
--                       record has the tombstone
-- KEYS[3] flushKey      hash of the partition's flushes
-- ARGV[1] member        conversationKey
-- ARGV[2] revision      of the tombstone that the record has; '' when Redis has none any more
-- ARGV[3] retention     ms that Redis remembers the delete, should the record lose it
-- ARGV[4] number        of a delete in its partition that the record has, too
--
-- Result  OK
--         CHANGED when Redis has another tombstone
local tombstoneKey, deletedKey, flushKey = KEYS[1], KEYS[2], KEYS[3]
local member, revision, retention, number = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local flush = redis.call('HMGET', flushKey, 'deletes', 'buried')
-- A number that Redis does not know any more: Redis went back, and that is found out by the number.
if flush[1] and tonumber(flush[1]) >= number and number > tonumber(flush[2] or 0) then
  redis.call('HSET', flushKey, 'buried', number)
end
if (redis.call('GET', tombstoneKey) or '') ~= revision then return { 'CHANGED' } end
-- @include read-clock: now
local score = redis.call('ZSCORE', deletedKey, member)
if score and tonumber(score) >= 0 then redis.call('ZADD', deletedKey, -now, member) end
redis.call('PEXPIRE', tombstoneKey, retention)
return { 'OK' }

-- Takes out of the indices of a partition what has left Redis and what was deleted, each a while ago. The numbers
-- of a partition that nobody writes to for long must not expire: they would look lost.
--
-- KEYS[1]  hotKey       conversationKeys of what Redis holds, by time
-- KEYS[2]  deletedKey   conversationKeys of what was deleted, by time
-- KEYS[3]  flushKey     hash of the partition's flushes
-- ARGV[1]  cleanGrace   ms since a clean conversation has left Redis
-- ARGV[2]  deleteGrace  ms since the record has the tombstone
--
-- Result   OK, count
local hotKey, deletedKey, flushKey = KEYS[1], KEYS[2], KEYS[3]
local cleanGrace, deleteGrace = tonumber(ARGV[1]), tonumber(ARGV[2])

-- @include read-clock: now
-- Both scores are minus a time.
local left = redis.call('ZREMRANGEBYSCORE', hotKey, cleanGrace - now, '(0')
local finished = redis.call('ZREMRANGEBYSCORE', deletedKey, deleteGrace - now, '(0')
if redis.call('PTTL', flushKey) < 3888000000 then redis.call('PEXPIRE', flushKey, 7776000000) end
return { 'OK', left + finished }

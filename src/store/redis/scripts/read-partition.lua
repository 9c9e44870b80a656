-- Reads what Redis knows of a partition. Writes nothing.
--
-- KEYS[1]  flushKey    hash of the partition's flushes
-- KEYS[2]  hotKey      conversationKeys of what Redis holds, by time
-- KEYS[3]  deletedKey  conversationKeys of what was deleted, by time
--
-- Result   number of the last flush, number of the last committed one, when Redis went back, count of the
--          unsaved conversations, since when the oldest is unsaved, count of those in quarantine, count of the
--          pending deletes, now, number of the last delete, number of the last one whose tombstone the record has,
--          run of Redis under which the partition was compared; false in place of what there is not
local flushKey, hotKey, deletedKey = KEYS[1], KEYS[2], KEYS[3]

-- @include read-clock: now
local flush = redis.call('HMGET', flushKey, 'number', 'committed', 'recoveredAt', 'deletes', 'buried', 'instance')
local unsaved = redis.call('ZCOUNT', hotKey, 0, '(8000000000000000')
local oldest = redis.call('ZRANGEBYSCORE', hotKey, 0, '(8000000000000000', 'WITHSCORES', 'LIMIT', 0, 1)
local quarantined = redis.call('ZCOUNT', hotKey, 8000000000000000, '+inf')
local pendingDeletes = redis.call('ZCOUNT', deletedKey, 0, '+inf')
return {
  flush[1], flush[2], flush[3], unsaved, oldest[2] or false, quarantined, pendingDeletes, now, flush[4], flush[5],
  flush[6],
}

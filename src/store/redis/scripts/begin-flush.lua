-- Begins a flush of a partition: takes its lease, or renews it, and lists the unsaved conversations.
--
-- KEYS[1]  flushKey  hash of the partition's flushes
-- KEYS[2]  hotKey    conversationKeys of what Redis holds, by time
-- ARGV[1]  token     of the flusher
-- ARGV[2]  lease     ms
-- ARGV[3]  limit     most conversations to list
--
-- Result   OK, number of the last flush, unsaved: conversationKey, since, conversationKey, since … by time
-- Errors   UNKNOWN when the partition has no number: the tiers have not been compared. The lease is taken, so
--            that one process compares them
--          BUSY
local flushKey, hotKey = KEYS[1], KEYS[2]
local token, lease, limit = ARGV[1], tonumber(ARGV[2]), ARGV[3]

-- @include read-clock: now
local flush = redis.call('HMGET', flushKey, 'number', 'token', 'until')
local number, holder, leaseUntil = flush[1], flush[2], flush[3]
if holder and holder ~= token and tonumber(leaseUntil) > now then return { 'BUSY' } end

redis.call('HSET', flushKey, 'token', token, 'until', now + lease)
redis.call('PEXPIRE', flushKey, 7776000000)
redis.call('PEXPIRE', hotKey, 7776000000)
if not number then return { 'UNKNOWN' } end
local unsaved = redis.call('ZRANGEBYSCORE', hotKey, 0, '(8000000000000000', 'WITHSCORES', 'LIMIT', 0, limit)
return { 'OK', number, unsaved }

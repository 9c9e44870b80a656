-- Deletes a conversation that Redis does not hold: nobody can fill it any more.
--
-- KEYS[1]  conversationKey  hash of the conversation
-- KEYS[2]  messagesKey      list of its messages
-- KEYS[3]  tombstoneKey     revision of its tombstone
-- KEYS[4]  deletedKey       conversationKeys of what was deleted, by time
-- KEYS[5]  fillKey          token of who fills it
-- KEYS[6]  flushKey         hash of the partition's flushes
-- ARGV[1]  revision         of the tombstone, unless it has a higher one
--
-- Result   OK, number of the delete in its partition, number of the last one whose tombstone the record has
--          HOT when Redis holds it, or part of it
local conversationKey, messagesKey, tombstoneKey = KEYS[1], KEYS[2], KEYS[3]
local deletedKey, fillKey, flushKey = KEYS[4], KEYS[5], KEYS[6]
local revision = tonumber(ARGV[1])

if redis.call('EXISTS', conversationKey, messagesKey) > 0 then return { 'HOT' } end
-- @include read-clock: now
revision = math.max(revision, tonumber(redis.call('GET', tombstoneKey) or 0))
redis.call('SET', tombstoneKey, revision, 'PX', 2592000000)
redis.call('ZADD', deletedKey, now, conversationKey)
redis.call('PEXPIRE', deletedKey, 7776000000)
redis.call('UNLINK', fillKey)
-- @include number-delete: number, buried
return { 'OK', number, buried }

-- Numbers a delete in its partition: the record stores the number with the tombstone, so that either of the two
-- shows when the other one has lost deletes.
-- Needs: flushKey
-- Gives: number, buried
local number = redis.call('HINCRBY', flushKey, 'deletes', 1)
local buried = redis.call('HGET', flushKey, 'buried') or '0'
redis.call('PEXPIRE', flushKey, 7776000000)

-- Charges the owner for `addedBytes` that the conversation takes more, or less if there are fewer than 0. The
-- usage maps 'c:<id>' of a conversation and 'r:<hash>' of an idempotency record to bytes, and 'total' to the sum.
-- Needs: usageKey, expiriesKey, id, addedBytes
redis.call('HINCRBY', usageKey, 'c:' .. id, addedBytes)
redis.call('HINCRBY', usageKey, 'total', addedBytes)
-- @include renew-usage

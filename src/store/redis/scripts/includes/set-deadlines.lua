-- Gives both keys of the conversation the deadline of its head, and makes the indices outlive it. Both keys
-- have the same deadline to the millisecond: a read between two deadlines would find half a conversation.
-- `indexKey` is the index of the conversation's status.
-- Needs: conversationKey, messagesKey, expiriesKey, indexKey, hotKey, usageKey, id, ttl, now, expiresAt
redis.call('PEXPIREAT', conversationKey, expiresAt)
redis.call('PEXPIREAT', messagesKey, expiresAt)
redis.call('ZADD', expiriesKey, expiresAt, id)
-- An index outlives its longest-lived member, whatever TTL that one was written with: an append that leaves
-- the deadline where it was may find one of a longer TTL. An index is given an eighth more than it needs, so
-- that most writes have nothing to renew.
local longest = math.max(ttl, expiresAt - now)
if redis.call('PTTL', indexKey) < longest then
  redis.call('PEXPIRE', indexKey, math.ceil(longest * 1.125))
end
-- The index of the deadlines outlives all others: an id that only another index holds is never pruned.
local longestIndex = math.max(longest, redis.call('PTTL', indexKey))
if redis.call('PTTL', expiriesKey) < longestIndex then
  redis.call('PEXPIRE', expiriesKey, math.ceil(longestIndex * 1.125))
end
if hotKey and redis.call('PTTL', hotKey) < longest then
  redis.call('PEXPIRE', hotKey, math.ceil(longest * 1.125))
end
if usageKey then
  -- @include renew-usage
end

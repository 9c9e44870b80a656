-- Gives both keys of the conversation the deadline in its head, the same to the millisecond: a read
-- between two deadlines would find half a conversation. Needs id, ttl, now, expiriesKey and indexKey, the
-- index of its status, and what load gives.
redis.call('PEXPIREAT', conversationKey, expiresAt)
redis.call('PEXPIREAT', messagesKey, expiresAt)
redis.call('ZADD', expiriesKey, expiresAt, id)
-- Makes an index outlive its longest-lived member, whatever TTL that one was written with. It is
-- given an eighth more, so that most writes find nothing to do here.
local function outlive(key, longest)
  if redis.call('PTTL', key) < longest then
    redis.call('PEXPIRE', key, math.ceil(longest * 1.125))
  end
end
-- A deadline that an append leaves where it was may be of a longer TTL.
local left = math.max(ttl, expiresAt - now)
outlive(indexKey, left)
-- The deadlines outlive every index: an id in an index alone would never be pruned from it.
outlive(expiriesKey, math.max(left, redis.call('PTTL', indexKey)))

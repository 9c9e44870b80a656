-- Appends encoded messages to a conversation that has been loaded, and writes all that follows from
-- it. Needs conversation and gives it its new fields. With no messages it is a change all the same.
--
-- Returns the seq of the first of them.
local function appendMessages(id, conversation, encoded, now, ttl)
  -- Neither updatedAt nor the time of a message runs backwards, even if the clock does.
  local at = math.max(now, conversation[UPDATED_AT])
  local count = tonumber(conversation[MESSAGE_COUNT])
  conversation[VERSION] = conversation[VERSION] + 1
  conversation[MESSAGE_COUNT] = count + #encoded
  conversation[UPDATED_AT] = at
  conversation[LAST_ACCESSED_AT] = now
  conversation[EXPIRES_AT] = now + ttl

  local elements = {}
  for i = 1, #encoded do elements[i] = at .. encoded[i] end
  if #elements > 0 then redis.call('RPUSH', messagesKey, unpack(elements)) end
  redis.call('HSET', conversationKey, 'status', conversation[STATUS],
    'version', conversation[VERSION], 'messageCount', conversation[MESSAGE_COUNT],
    'updatedAt', at, 'lastAccessedAt', now, 'expiresAt', now + ttl)
  redis.call('ZADD', indexOf[conversation[STATUS]], at, id)
  keep(id, conversation[STATUS], now + ttl, ttl)
  return count + 1
end

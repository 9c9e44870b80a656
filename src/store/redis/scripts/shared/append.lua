-- Appends `messages`, encoded, to the conversation that has been loaded, and writes all that follows
-- from it; with none it is a change all the same. Needs id, ttl, now, expiriesKey and indexKey, the
-- index of its status; gives the seq of the first.
-- When messages are missing, it changes nothing and ends the script.
local firstSeq = messageCount + 1
-- Neither updatedAt nor the time of a message runs backwards, even if the clock does.
if now > tonumber(updatedAt) then updatedAt = nowText end
messageCount = messageCount + #messages
if #messages > 0 then
  for i = 1, #messages do messages[i] = updatedAt .. messages[i] end
  if redis.call('RPUSH', messagesKey, unpack(messages)) ~= messageCount then
    redis.call('LTRIM', messagesKey, 0, -1 - #messages)
    return { 'DAMAGED' }
  end
end
local isNewInIndex = redis.call('ZADD', indexKey, updatedAt, id) == 1
-- The deadline moves once a minute, or in a tenth of a shorter TTL: of today's, and of the one that it
-- was written with. An access in the future was counted before the clock was set back.
local shorter = math.min(ttl, expiresAt - lastAccessedAt)
local isDue = math.abs(now - lastAccessedAt) >= math.min(60000, shorter * 0.1)
if isDue then lastAccessedAt, expiresAt = nowText, now + ttl end
version = version + 1
-- @include write-head
-- A list or an index that has just come to be has no deadline yet.
if isDue or firstSeq == 1 or isNewInIndex then
  -- @include keep
end

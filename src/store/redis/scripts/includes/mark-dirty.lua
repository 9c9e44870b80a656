-- Marks the conversation as dirty, where there is a tier: raises its revision and notes the time of its first
-- unsaved change. One that is dirty already, or quarantined, has its score. A clean one has a negative score, and
-- keys whose deadline is a short one: when it becomes dirty, whoever marks it sets the deadlines again.
-- Needs: hotKey, conversationKey, now
-- Gives: becameDirty
local becameDirty = false
if hotKey then
  redis.call('HINCRBY', conversationKey, 'revision', 1)
  local score = redis.call('ZSCORE', hotKey, conversationKey)
  becameDirty = not score or tonumber(score) < 0
  if becameDirty then redis.call('ZADD', hotKey, now, conversationKey) end
end

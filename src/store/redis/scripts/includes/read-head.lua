-- Reads those words of the head (load-conversation reads all) that tell which conversation it is, how many
-- messages it has and when it expires, each nil when there is no head that can be read.
-- Needs: conversationKey
-- Gives: messageCount, createdAt, expiresAt
local messageCount, createdAt, expiresAt = string.match(
  redis.call('HGET', conversationKey, 'head') or '', '^%l+ %d+ (%d+) (%d+) %d+ %d+ (%d+)')
messageCount, expiresAt = tonumber(messageCount), tonumber(expiresAt)

-- Reads the conversation, or ends the script. An eviction can take the hash and leave the list.
local fields = redis.call('HMGET', conversationKey, 'head', 'title', 'externalId', 'metadata')
if not fields[HEAD] then
  return { redis.call('EXISTS', messagesKey) == 1 and 'DAMAGED' or 'NOT_FOUND' }
end
local status, version, messageCount, createdAt, updatedAt, lastAccessedAt, expiresAt =
  string.match(fields[HEAD], '^(%l+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$')
if status ~= 'active' and status ~= 'completed' and status ~= 'archived' then return { 'DAMAGED' } end
messageCount = tonumber(messageCount)

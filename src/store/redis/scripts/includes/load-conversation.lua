-- Reads the conversation. The field that every write changes is its head:
--   '<status> <version> <messageCount> <createdAt> <updatedAt> <lastAccessedAt> <expiresAt> <largest message>'
-- The last word is absent from the head of an older process: then `largest` is empty. The words behind it are
-- `moreWords`: see load-tree. Both have a space in front, and write-head writes them again.
-- The first `base` messages are not in the list: only the record behind Redis has them. Most have all of theirs.
-- The result is DAMAGED when the head cannot be read, or when only the list is there: an eviction can take
-- the hash and leave the list.
-- Needs: HEAD, BASE, conversationKey, messagesKey
-- Gives: fields, status, version, messageCount, base, createdAt, updatedAt, lastAccessedAt, expiresAt, largest, moreWords
-- May end: NOT_FOUND, DAMAGED
local fields = redis.call('HMGET', conversationKey, 'head', 'title', 'externalId', 'forkedFrom', 'metadata', 'base')
if not fields[HEAD] then
  return { redis.call('EXISTS', messagesKey) == 1 and 'DAMAGED' or 'NOT_FOUND' }
end
local status, version, messageCount, createdAt, updatedAt, lastAccessedAt, expiresAt, largest, moreWords =
  string.match(fields[HEAD], '^(%l+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)( ?%d*)(.*)')
if status ~= 'active' and status ~= 'completed' and status ~= 'archived' then return { 'DAMAGED' } end
if largest == ' ' or (moreWords ~= '' and string.sub(moreWords, 1, 1) ~= ' ') then return { 'DAMAGED' } end
messageCount = tonumber(messageCount)
local base = tonumber(fields[BASE] or 0)
if not base then return { 'DAMAGED' } end

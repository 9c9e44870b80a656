-- Reads what the record does not have of conversations, each as it is at this instant. Writes nothing. What may be
-- large is not copied: Lua takes many times as long for it as a plain command does.
--
-- KEYS[1…] groupedKeys  of each conversation: conversationKey, messagesKey, unsavedRecordsKey
-- ARGV[1]  maxBytes     of messages and states to copy
--
-- Result   of each conversation:
--            head, title, externalId, metadata, revision, base, saved, savedCount, stateVersion, savedState,
--              branches, forkedFrom
--            its unsaved idempotency records: key, record, key, record …
--            its unsaved messages; false when they may be too many bytes
--            its state if that is unsaved; false when it is too many bytes, too
local groupedKeys = KEYS
local maxBytes = tonumber(ARGV[1])

local found = {}
for k = 1, #groupedKeys, 3 do
  local conversationKey, messagesKey, unsavedRecordsKey = groupedKeys[k], groupedKeys[k + 1], groupedKeys[k + 2]
  local fields = redis.call('HMGET', conversationKey, 'head', 'title', 'externalId', 'metadata',
    'revision', 'base', 'saved', 'savedCount', 'stateVersion', 'savedState', 'branches', 'forkedFrom')
  local records = redis.call('HGETALL', unsavedRecordsKey)
  local elements, state = false, false
  local count, largest = string.match(fields[1] or '', '^%l+ %d+ (%d+) %d+ %d+ %d+ %d+ (%d+)')
  local base, savedCount = tonumber(fields[6] or 0), tonumber(fields[8] or 0)
  if largest and base and savedCount then
    local bytes = math.max(0, count - savedCount) * largest
    if bytes <= maxBytes then
      elements = redis.call('LRANGE', messagesKey, savedCount - base, count - 1 - base)
      maxBytes = maxBytes - bytes
    end
  end
  maxBytes = maxBytes - #(fields[11] or '')
  if fields[9] and fields[9] ~= fields[10] then
    local bytes = redis.call('HSTRLEN', conversationKey, 'state')
    if bytes <= maxBytes then
      state = redis.call('HGET', conversationKey, 'state')
      maxBytes = maxBytes - bytes
    end
  end
  found[#found + 1] = { fields, records, elements, state }
end
return found

-- Applies a merge patch to a conversation.
--
-- KEYS 1-6 as in shared/conversation and shared/indices
-- ARGV[1]  id
-- ARGV[2]  TTL, ms
-- ARGV[3]  version that it must have, '' for any
-- ARGV[4]  new status, '' to keep it
-- ARGV[5]  title:       'keep', 'remove' or 'set'    ARGV[6]  its new value
-- ARGV[7]  external id: 'keep', 'remove' or 'set'    ARGV[8]  its new value
-- ARGV[9]  metadata:    'keep', 'remove' or 'merge'  ARGV[10] object of strings and nulls, JSON
-- ARGV[11] most keys of metadata
--
-- Result   { 'OK', fields } | { 'NOT_FOUND' } | { 'DAMAGED' } | { 'CONFLICT', version } |
--          { 'METADATA_FULL' }
-- @include conversation
-- @include indices
local id, ttl, expectedVersion, newStatus = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local titleAction, newTitle = ARGV[5], ARGV[6]
local externalIdAction, newExternalId = ARGV[7], ARGV[8]
local metadataAction, metadataPatch, maxMetadataKeys = ARGV[9], ARGV[10], tonumber(ARGV[11])

-- @include load
-- @include check-messages
if expectedVersion ~= '' and version ~= expectedVersion then return { 'CONFLICT', version } end

local function patched(action, current, value)
  if action == 'keep' then return current end
  return action == 'set' and value
end

local metadata = patched(metadataAction, fields[METADATA])
if metadataAction == 'merge' then
  local isReadable, merged = pcall(cjson.decode, fields[METADATA] or '{}')
  if not isReadable or type(merged) ~= 'table' then return { 'DAMAGED' } end
  local size = 0
  for key, value in pairs(cjson.decode(metadataPatch)) do
    merged[key] = value ~= cjson.null and value or nil
  end
  for _ in pairs(merged) do size = size + 1 end
  if size > maxMetadataKeys then return { 'METADATA_FULL' } end
  metadata = size > 0 and cjson.encode(merged)
end

-- @include clock
local indexBefore = indexOf[status]
if newStatus ~= '' then status = newStatus end
local indexKey = indexOf[status]
version = version + 1
if now > tonumber(updatedAt) then updatedAt = nowText end
lastAccessedAt, expiresAt = nowText, now + ttl
-- @include write-head
fields[TITLE] = patched(titleAction, fields[TITLE], newTitle)
fields[EXTERNAL_ID] = patched(externalIdAction, fields[EXTERNAL_ID], newExternalId)
fields[METADATA] = metadata
for name, position in pairs({ title = TITLE, externalId = EXTERNAL_ID, metadata = METADATA }) do
  if fields[position] then
    redis.call('HSET', conversationKey, name, fields[position])
  else
    redis.call('HDEL', conversationKey, name)
  end
end
if indexKey ~= indexBefore then redis.call('ZREM', indexBefore, id) end
redis.call('ZADD', indexKey, updatedAt, id)
-- @include keep
return { 'OK', fields }

-- Applies a merge patch to a conversation.
--
-- KEYS 1-6 as in shared/conversation
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
local id, ttl, expectedVersion, newStatus = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local titleAction, newTitle = ARGV[5], ARGV[6]
local externalIdAction, newExternalId = ARGV[7], ARGV[8]
local metadataAction, metadataPatch, maxMetadataKeys = ARGV[9], ARGV[10], tonumber(ARGV[11])

local conversation = load()
local status = conversation[STATUS]
if not status then return absence() end
if isDamaged(conversation) then return { 'DAMAGED' } end
if expectedVersion ~= '' and conversation[VERSION] ~= expectedVersion then
  return { 'CONFLICT', conversation[VERSION] }
end

local function patched(action, current, value)
  if action == 'keep' then return current end
  return action == 'set' and value
end

local metadata = patched(metadataAction, conversation[METADATA])
if metadataAction == 'merge' then
  local isReadable, merged = pcall(cjson.decode, conversation[METADATA] or '{}')
  if not isReadable or type(merged) ~= 'table' then return { 'DAMAGED' } end
  local size = 0
  for key, value in pairs(cjson.decode(metadataPatch)) do
    merged[key] = value ~= cjson.null and value or nil
  end
  for _ in pairs(merged) do size = size + 1 end
  if size > maxMetadataKeys then return { 'METADATA_FULL' } end
  metadata = size > 0 and cjson.encode(merged)
end

local now = clock()
conversation[STATUS] = newStatus ~= '' and newStatus or status
conversation[VERSION] = conversation[VERSION] + 1
conversation[UPDATED_AT] = math.max(now, conversation[UPDATED_AT])
conversation[LAST_ACCESSED_AT] = now
conversation[EXPIRES_AT] = now + ttl
conversation[TITLE] = patched(titleAction, conversation[TITLE], newTitle)
conversation[EXTERNAL_ID] = patched(externalIdAction, conversation[EXTERNAL_ID], newExternalId)
conversation[METADATA] = metadata

redis.call('HSET', conversationKey, 'status', conversation[STATUS], 'version', conversation[VERSION],
  'updatedAt', conversation[UPDATED_AT], 'lastAccessedAt', now, 'expiresAt', now + ttl)
for name, position in pairs({ title = TITLE, externalId = EXTERNAL_ID, metadata = METADATA }) do
  if conversation[position] then
    redis.call('HSET', conversationKey, name, conversation[position])
  else
    redis.call('HDEL', conversationKey, name)
  end
end
if conversation[STATUS] ~= status then redis.call('ZREM', indexOf[status], id) end
redis.call('ZADD', indexOf[conversation[STATUS]], conversation[UPDATED_AT], id)
keep(id, conversation[STATUS], now + ttl, ttl)
return { 'OK', conversation }

-- Applies a merge patch to a conversation.
--
-- KEYS[1]  conversationKey   hash of the conversation
-- KEYS[2]  messagesKey       list of its messages
-- KEYS[3]  expiriesKey       ids by expiresAt
-- KEYS[4]  activeKey         ids of the active conversations by updatedAt
-- KEYS[5]  completedKey      ids of the completed ones
-- KEYS[6]  archivedKey       ids of the archived ones
-- KEYS[7]  hotKey            conversations of the partition and their marks; absent without a tier
-- KEYS[8]  usageKey          bytes of the owner; absent without a quota
-- ARGV[1]  id
-- ARGV[2]  ttl               ms
-- ARGV[3]  expectedVersion   '' for any
-- ARGV[4]  newStatus         '' for the same
-- ARGV[5]  titleAction       'retain', 'remove' or 'set'
-- ARGV[6]  newTitle          '' unless it is set
-- ARGV[7]  externalIdAction  'retain', 'remove' or 'set'
-- ARGV[8]  newExternalId     '' unless it is set
-- ARGV[9]  metadataAction    'retain', 'remove' or 'set'
-- ARGV[10] newMetadata       opaque, '' for none; of no meaning unless it is set
-- ARGV[11] expectedMetadata  that it takes the place of, '' for none; of no meaning unless it is set
-- ARGV[12] newLeafSeq        last message of the branch that becomes the active one; '' for the same
-- ARGV[13] ownerQuota        bytes
--
-- Result   OK, fields
-- Errors   NOT_FOUND
--          DAMAGED
--          CONFLICT, version
--          NO_MESSAGE
--          METADATA_CHANGED, metadata when it is not the expected one, '' for none
--          QUOTA
local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local activeKey, completedKey, archivedKey = KEYS[4], KEYS[5], KEYS[6]
local hotKey, usageKey = KEYS[7] ~= KEYS[1] and KEYS[7], KEYS[8]
local id, ttl, expectedVersion, newStatus = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local titleAction, newTitle = ARGV[5], ARGV[6]
local externalIdAction, newExternalId = ARGV[7], ARGV[8]
local metadataAction, newMetadata, expectedMetadata = ARGV[9], ARGV[10], ARGV[11]
local newLeafSeq, ownerQuota = tonumber(ARGV[12]), tonumber(ARGV[13])

-- @include name-conversation-fields: TITLE, EXTERNAL_ID, METADATA
-- @include load-conversation: fields, status, version, messageCount, updatedAt, lastAccessedAt, expiresAt; may end: NOT_FOUND, DAMAGED
-- @include require-whole-list; may end: DAMAGED
if expectedVersion ~= '' and version ~= expectedVersion then return { 'CONFLICT', version } end
local isBehindLeaf = false
-- @include load-tree: leafSeq; may end: DAMAGED
if newLeafSeq then
  if newLeafSeq < 1 or newLeafSeq > messageCount then return { 'NO_MESSAGE' } end
  leafSeq = newLeafSeq
end

local metadata = metadataAction == 'retain' and fields[METADATA]
if metadataAction == 'set' then
  local storedMetadata = fields[METADATA] or ''
  if storedMetadata ~= expectedMetadata then return { 'METADATA_CHANGED', storedMetadata } end
  metadata = newMetadata ~= '' and newMetadata
end
if usageKey then
  local addedBytes = #(metadata or '') - #(fields[METADATA] or '')
  if titleAction ~= 'retain' then addedBytes = addedBytes + #newTitle - #(fields[TITLE] or '') end
  if externalIdAction ~= 'retain' then
    addedBytes = addedBytes + #newExternalId - #(fields[EXTERNAL_ID] or '')
  end
  -- @include require-quota; may end: QUOTA
  -- @include charge-usage
end

-- @include read-clock: now, nowText
-- @include index-by-status: indexOf
local formerIndexKey = indexOf[status]
if newStatus ~= '' then status = newStatus end
local indexKey = indexOf[status]
version = version + 1
-- To look at another branch is no news: the conversation stays where it is in lists.
local isSwitch = newLeafSeq and newStatus == '' and titleAction == 'retain' and externalIdAction == 'retain'
  and metadataAction == 'retain'
if now - updatedAt > 0 and not isSwitch then updatedAt = nowText end
lastAccessedAt, expiresAt = nowText, now + ttl
-- @include word-leaf
-- @include write-head
if titleAction ~= 'retain' then fields[TITLE] = titleAction == 'set' and newTitle end
if externalIdAction ~= 'retain' then fields[EXTERNAL_ID] = externalIdAction == 'set' and newExternalId end
fields[METADATA] = metadata
for name, position in pairs({ title = TITLE, externalId = EXTERNAL_ID, metadata = METADATA }) do
  if fields[position] then
    redis.call('HSET', conversationKey, name, fields[position])
  else
    redis.call('HDEL', conversationKey, name)
  end
end
if indexKey ~= formerIndexKey then redis.call('ZREM', formerIndexKey, id) end
redis.call('ZADD', indexKey, updatedAt, id)
-- @include mark-dirty
-- @include set-deadlines
return { 'OK', fields }

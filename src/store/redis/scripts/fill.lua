-- Fills Redis with a conversation as the record has it, and with its last messages. It is clean.
--
-- KEYS[1]   conversationKey  hash of the conversation
-- KEYS[2]   messagesKey      list of its messages
-- KEYS[3]   expiriesKey      ids by expiresAt
-- KEYS[4]   activeKey        ids of the active conversations by updatedAt
-- KEYS[5]   completedKey     ids of the completed ones
-- KEYS[6]   archivedKey      ids of the archived ones
-- KEYS[7]   hotKey           conversationKeys of what Redis holds, by time
-- KEYS[8]   fillKey          token of who fills it
-- KEYS[9]   tombstoneKey     revision of its tombstone
-- ARGV[1]   id
-- ARGV[2]   token            of the caller
-- ARGV[3]   residency        ms
-- ARGV[4]   ttl              ms
-- ARGV[5]   isExpiring       1 when it expires a ttl after its last access; 0 when it never expires: the
--                            deadline of its head is then a ttl from now
-- ARGV[6]   revision
-- ARGV[7]   status
-- ARGV[8]   version
-- ARGV[9]   messageCount
-- ARGV[10]  createdAt
-- ARGV[11]  updatedAt
-- ARGV[12]  lastAccessedAt
-- ARGV[13]  size             bytes of the largest of the elements
-- ARGV[14]  hasTitle         1 or 0
-- ARGV[15]  title            '' without one
-- ARGV[16]  hasExternalId    1 or 0
-- ARGV[17]  externalId       '' without one
-- ARGV[18]  forkedFrom       what it is a copy of; '' for nothing
-- ARGV[19]  metadata         JSON, '' for none
-- ARGV[20]  state            opaque
-- ARGV[21]  stateVersion     0 without a state
-- ARGV[22]  base             messages in front of the elements
-- ARGV[23]  leafSeq          last message of the active branch; 0 for the last one of all; '' when it is linear
-- ARGV[24]  branches         '' for none
-- ARGV[25…] elements         messages up to the last one, with their times; at least one if there are any
--
-- Result    OK
--           LOST when the caller has no reservation, or the conversation was created or deleted
--           EXPIRED
--           DAMAGED when these are not the messages up to the last one
local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local activeKey, completedKey, archivedKey = KEYS[4], KEYS[5], KEYS[6]
local hotKey, fillKey, tombstoneKey = KEYS[7], KEYS[8], KEYS[9]
local id, token, residency, ttl, isExpiring = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1'
local revision, status, version, messageCount = ARGV[6], ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])
local createdAt, updatedAt, lastAccessedAt, size = ARGV[10], ARGV[11], ARGV[12], ARGV[13]
local hasTitle, title, hasExternalId, externalId = ARGV[14] == '1', ARGV[15], ARGV[16] == '1', ARGV[17]
local forkedFrom, metadata, state, stateVersion = ARGV[18], ARGV[19], ARGV[20], ARGV[21]
local base, leafSeq, branches = tonumber(ARGV[22]), ARGV[23], ARGV[24]
local elements = {}
for i = 25, #ARGV do elements[#elements + 1] = ARGV[i] end

local isTaken = redis.call('EXISTS', conversationKey, messagesKey, tombstoneKey) > 0
if isTaken or redis.call('GET', fillKey) ~= token then return { 'LOST' } end
if base + #elements ~= messageCount or (#elements == 0 and base > 0) then return { 'DAMAGED' } end
-- @include read-clock: now
local expiresAt = now + ttl
if isExpiring then expiresAt = tonumber(lastAccessedAt) + ttl end
if expiresAt <= now then return { 'EXPIRED' } end

-- @include name-conversation-fields
local fields, largest = {}, ' ' .. size
local moreWords = leafSeq ~= '' and ' ' .. leafSeq or ''
-- @include write-head
redis.call('HSET', conversationKey, 'revision', revision, 'saved', revision, 'savedCount', messageCount)
if base > 0 then redis.call('HSET', conversationKey, 'base', base) end
if branches ~= '' then redis.call('HSET', conversationKey, 'branches', branches) end
if hasTitle then redis.call('HSET', conversationKey, 'title', title) end
if hasExternalId then redis.call('HSET', conversationKey, 'externalId', externalId) end
if forkedFrom ~= '' then redis.call('HSET', conversationKey, 'forkedFrom', forkedFrom) end
if metadata ~= '' then redis.call('HSET', conversationKey, 'metadata', metadata) end
if stateVersion ~= '0' then
  redis.call('HSET', conversationKey, 'state', state, 'stateVersion', stateVersion, 'savedState', stateVersion)
end
-- unpack has a limit.
for i = 1, #elements, 1000 do
  redis.call('RPUSH', messagesKey, unpack(elements, i, math.min(i + 999, #elements)))
end
-- @include index-by-status: indexOf
local indexKey, usageKey = indexOf[status], nil
redis.call('ZADD', indexKey, updatedAt, id)
expiresAt = math.min(expiresAt, now + residency)
redis.call('ZADD', hotKey, -expiresAt, conversationKey)
-- @include set-deadlines
redis.call('UNLINK', fillKey)
return { 'OK' }

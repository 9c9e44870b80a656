-- Removes what has expired from the owner's indices and from its usage: a write over the quota may fit then.
--
-- KEYS[1]  expiriesKey   ids by expiresAt
-- KEYS[2]  activeKey     ids of the active conversations by updatedAt
-- KEYS[3]  completedKey  ids of the completed ones
-- KEYS[4]  archivedKey   ids of the archived ones
-- KEYS[5]  usageKey      bytes of the owner; absent without a quota
-- KEYS[6]  recordsKey    names of the idempotency records by deadline; absent without a quota
--
-- Result   OK
local expiriesKey, activeKey, completedKey, archivedKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local usageKey, recordsKey = KEYS[5] ~= KEYS[1] and KEYS[5], KEYS[6]

-- @include read-clock
-- @include prune-expired
return { 'OK' }

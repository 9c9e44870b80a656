-- Names for all indices of the owner.
--
-- KEYS[3] ids by expiresAt              KEYS[5] index of the completed conversations
-- KEYS[4] index of the active ones      KEYS[6] index of the archived ones, all three by updatedAt

local expiriesKey = KEYS[3]
local indexOf = { active = KEYS[4], completed = KEYS[5], archived = KEYS[6] }

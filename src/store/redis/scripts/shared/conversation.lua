-- What every script on one conversation shares: names for its keys and its fields.
--
-- KEYS[1] hash of the conversation      KEYS[4] index of the active conversations, by updatedAt
-- KEYS[2] list of its messages          KEYS[5] index of the completed ones
-- KEYS[3] ids by expiresAt              KEYS[6] index of the archived ones
--
-- What is included is text that stands in the script, and no function: Redis would make each function
-- anew for every call, with all that it shares with others, and that took a quarter of an append.

local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local indexOf = { active = KEYS[4], completed = KEYS[5], archived = KEYS[6] }

-- The fields in the order in which the codec reads them. What every write changes is one of them, the
-- head: '<status> <version> <messageCount> <createdAt> <updatedAt> <lastAccessedAt> <expiresAt>'.
local HEAD, TITLE, EXTERNAL_ID, METADATA = 1, 2, 3, 4

-- What every script on one conversation shares: names for its keys and its fields.
--
-- KEYS[1] hash of the conversation      KEYS[2] list of its messages
--
-- What is included is text that stands in the script, and no function: Redis would make each function
-- anew for every call, with all that it shares with others, and that took a quarter of an append. Redis
-- also hashes every byte of every key and argument for Lua, so an append and a read, the most
-- frequent, are given no key that they never touch.

local conversationKey, messagesKey = KEYS[1], KEYS[2]

-- The fields in the order in which the codec reads them. What every write changes is one of them, the
-- head: '<status> <version> <messageCount> <createdAt> <updatedAt> <lastAccessedAt> <expiresAt>'.
local HEAD, TITLE, EXTERNAL_ID, METADATA = 1, 2, 3, 4

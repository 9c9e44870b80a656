-- What every script on one conversation shares: names for its keys, its fields, its deadline.
--
-- KEYS[1] hash of the conversation      KEYS[4] index of the active conversations, by updatedAt
-- KEYS[2] list of its messages          KEYS[5] index of the completed ones
-- KEYS[3] ids by expiresAt              KEYS[6] index of the archived ones

local conversationKey, messagesKey, expiriesKey = KEYS[1], KEYS[2], KEYS[3]
local indexOf = { active = KEYS[4], completed = KEYS[5], archived = KEYS[6] }

-- Milliseconds since the epoch on Redis' own clock: the one clock of all times that are stored.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The fields of a conversation in the order in which the codec reads them; false where absent.
local function load()
  return redis.call('HMGET', conversationKey, 'status', 'version', 'messageCount', 'createdAt',
    'updatedAt', 'lastAccessedAt', 'expiresAt', 'title', 'externalId', 'metadata')
end
local STATUS, VERSION, MESSAGE_COUNT, UPDATED_AT, LAST_ACCESSED_AT, EXPIRES_AT = 1, 2, 3, 5, 6, 7
local TITLE, EXTERNAL_ID, METADATA = 8, 9, 10

-- An eviction can take the hash and leave the list, or the list and leave the hash.
local function absence()
  return { redis.call('EXISTS', messagesKey) == 1 and 'DAMAGED' or 'NOT_FOUND' }
end

-- A conversation of which a part is missing or cannot be read is not written to: a script that ends
-- in an error keeps what it has written until then.
local function isDamaged(conversation)
  for field = VERSION, EXPIRES_AT do
    if not tonumber(conversation[field]) then return true end
  end
  return not indexOf[conversation[STATUS]]
    or redis.call('LLEN', messagesKey) ~= tonumber(conversation[MESSAGE_COUNT])
end

-- Makes an index outlive its longest-lived member, whatever TTL that one was written with. It is
-- given an eighth more, so that most writes find nothing to do here.
local function outlive(key, ttl)
  if redis.call('PTTL', key) < ttl then
    redis.call('PEXPIRE', key, math.ceil(ttl * 1.125))
  end
end

-- Gives the conversation a new deadline, the same for both of its keys to the millisecond: a read
-- between two deadlines would find half a conversation.
local function keep(id, status, expiresAt, ttl)
  redis.call('PEXPIREAT', conversationKey, expiresAt)
  redis.call('PEXPIREAT', messagesKey, expiresAt)
  redis.call('ZADD', expiriesKey, expiresAt, id)
  outlive(indexOf[status], ttl)
  -- The deadlines outlive every index: an id in an index alone would never be pruned from it.
  outlive(expiriesKey, math.max(ttl, redis.call('PTTL', indexOf[status])))
end

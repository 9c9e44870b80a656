-- Appends messages to the list of a fork that is under way. No other script knows the list, until create.lua makes it
-- that of a conversation. A fork that is never finished leaves a list that expires.
--
-- KEYS[1]  stagedKey  list of the messages of the fork
-- ARGV[1]  length     of the list so far
-- ARGV[2]  ttl        ms
-- ARGV[3…] elements   messages with their times, 1,000 at most
--
-- Result   OK
--          LOST when the list has another length
local stagedKey = KEYS[1]
local length, ttl = tonumber(ARGV[1]), ARGV[2]
local elements = { unpack(ARGV, 3) }

if redis.call('LLEN', stagedKey) ~= length then return { 'LOST' } end
redis.call('RPUSH', stagedKey, unpack(elements))
redis.call('PEXPIRE', stagedKey, ttl)
return { 'OK' }

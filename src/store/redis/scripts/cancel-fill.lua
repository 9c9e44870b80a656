-- Ends the reservation of a conversation that its caller does not fill.
--
-- KEYS[1]  fillKey  token of who fills it
-- ARGV[1]  token    of the caller
--
-- Result   OK
-- Errors   LOST
local fillKey = KEYS[1]
local token = ARGV[1]

if redis.call('GET', fillKey) ~= token then return { 'LOST' } end
redis.call('UNLINK', fillKey)
return { 'OK' }

-- Reads Redis' own clock, the one clock of all times that are stored: milliseconds since the epoch, as a
-- number and as text, because Lua formats a number of this size slowly.
-- Gives: now, nowText
local time = redis.call('TIME')
local nowText = time[1] .. string.sub('00000' .. time[2], -6, -4)
local now = tonumber(nowText)

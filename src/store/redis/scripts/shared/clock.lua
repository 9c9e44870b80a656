-- Milliseconds since the epoch on Redis' own clock: the one clock of all times that are stored. As text
-- too, for a number of this size is slow to format.
local time = redis.call('TIME')
local nowText = time[1] .. string.sub('00000' .. time[2], -6, -4)
local now = tonumber(nowText)

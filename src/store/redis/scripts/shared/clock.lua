-- Milliseconds since the epoch on Redis' own clock: the one clock of all times that are stored.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

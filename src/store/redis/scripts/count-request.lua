-- Counts a request for limits, unless it is over one of them: then it counts for none.
--
-- KEYS[1…] countKeys  requests in the current window of each limit
-- ARGV[1…] limits     of each limit the requests that it allows, and the ms of a window
--
-- Result   of each limit the requests in its window before this one, and the ms until the window ends
local countKeys = KEYS
local limits = ARGV

local uses, isOver = {}, false
for i = 1, #countKeys do
  local count, endsIn, length = 0, redis.call('PTTL', countKeys[i]), tonumber(limits[2 * i])
  if endsIn < 0 then
    endsIn = length
  else
    count = tonumber(redis.call('GET', countKeys[i]))
    -- The clock was set back since the window began.
    if endsIn > length then
      endsIn = length
      redis.call('PEXPIRE', countKeys[i], length)
    end
  end
  if count >= tonumber(limits[2 * i - 1]) then isOver = true end
  uses[2 * i - 1] = count
  uses[2 * i] = endsIn
end
if isOver then return uses end

for i = 1, #countKeys do
  if uses[2 * i - 1] > 0 then
    redis.call('INCR', countKeys[i])
  else
    redis.call('SET', countKeys[i], 1, 'PX', limits[2 * i])
  end
end
return uses

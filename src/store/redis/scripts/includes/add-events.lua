-- Adds `events` (seq, data, seq, data …) to the latest turn, which was loaded. A seq that the turn has is
-- left out: a caller may send an event again.
-- Needs: turnKey, eventsKey, maxEvents, events, turn, LAST_EVENT
local lastEvent = tonumber(turn[LAST_EVENT])
for i = 1, #events, 2 do
  local seq = tonumber(events[i])
  if seq > lastEvent then
    redis.call('XADD', eventsKey, 'MAXLEN', '~', maxEvents, events[i] .. '-0', 'data', events[i + 1])
    lastEvent = seq
  end
end
redis.call('HSET', turnKey, 'lastEvent', lastEvent)

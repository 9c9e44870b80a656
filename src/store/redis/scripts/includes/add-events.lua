-- Adds a batch of events to the latest turn, which was loaded: one entry of the stream, whose id has the seq of
-- its last event. Events that the turn has are left out: a caller may send them again.
-- Needs: turnKey, eventsKey, eventSeqs, eventData, turn, LAST_EVENT
local firstSeq, lastSeq = string.match(eventSeqs, '^(%d+)%-(%d+)$')
local lastEvent = tonumber(turn[LAST_EVENT])
if lastSeq and tonumber(lastSeq) > lastEvent then
  local start = 1
  for _ = tonumber(firstSeq), lastEvent do start = string.find(eventData, '\n', start, true) + 1 end
  redis.call('XADD', eventsKey, lastSeq .. '-0', 'data', string.sub(eventData, start))
  redis.call('HSET', turnKey, 'lastEvent', lastSeq)
end

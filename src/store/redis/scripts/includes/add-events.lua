-- Adds a batch of events to the latest turn, which was loaded: one entry of the stream, whose id has the seq of
-- its last event. Events that the turn has are left out: a caller may send them again. What is sealed, and so begins
-- with the byte 1, cannot be cut: a reader leaves them out.
-- Needs: turnKey, eventsKey, eventSeqs, eventData, turn, LAST_EVENT
local firstSeq, lastSeq = string.match(eventSeqs, '^(%d+)%-(%d+)$')
local lastEvent = tonumber(turn[LAST_EVENT])
if lastSeq and tonumber(lastSeq) > lastEvent then
  local start = 1
  if string.byte(eventData) ~= 1 then
    for _ = tonumber(firstSeq), lastEvent do start = string.find(eventData, '\n', start, true) + 1 end
  end
  redis.call('XADD', eventsKey, lastSeq .. '-0', 'data', string.sub(eventData, start))
  redis.call('HSET', turnKey, 'lastEvent', lastSeq)
end

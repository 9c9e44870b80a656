-- Tells whether a turn is the one before the latest, whose hash and events have keys of their own.
-- Needs: turnKey, previousTurnKey, turnId
-- Gives: isPrevious
local isPrevious = redis.call('HGET', turnKey, 'id') ~= turnId
  and redis.call('HGET', previousTurnKey, 'id') == turnId

-- Reads the turn whose hash is at `key`: its fields in the order in which turn.codec.ts decodes them, each
-- false when there is no turn. A status is 'running', 'completed', 'cancelled' or 'failed'.
-- A turn whose lease ran out, or that was replaced while it ran ('lost'), reads as 'failed'. Nobody has to write
-- that. A turn that was replaced stays lost: a clock that is set back gives it no lease again.
-- Needs: key, now
-- Gives: turn, TURN_ID, TURN_STATUS, USER_SEQ, REPLY_SEQ, REPLY_COUNT, CANCEL, LAST_EVENT, START_COUNT, FOLLOWED_UNTIL
local TURN_ID, TURN_STATUS, USER_SEQ, REPLY_SEQ, REPLY_COUNT = 1, 2, 3, 4, 5
local CANCEL, LAST_EVENT, LEASE_UNTIL, START_COUNT, FOLLOWED_UNTIL = 6, 7, 8, 9, 10
local turn = redis.call('HMGET', key, 'id', 'status', 'userSeq', 'replySeq', 'replyCount',
  'cancel', 'lastEvent', 'leaseUntil', 'startCount', 'followedUntil')
local hasExpired = turn[TURN_STATUS] == 'running' and tonumber(turn[LEASE_UNTIL]) <= now
if hasExpired or turn[TURN_STATUS] == 'lost' then turn[TURN_STATUS] = 'failed' end

-- Ends the script when the list does not hold every message behind the base. A write that goes on would end in an error
-- half-way, and Redis does not undo what a script has written until then.
-- Needs: messagesKey, messageCount, base
-- May end: DAMAGED
if redis.call('LLEN', messagesKey) ~= messageCount - base then return { 'DAMAGED' } end

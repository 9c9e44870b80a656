-- Ends the script when the list does not hold every message. A write that goes on would end in an error
-- half-way, and Redis does not undo what a script has written until then.
-- Needs: messagesKey, messageCount
-- May end: DAMAGED
if redis.call('LLEN', messagesKey) ~= messageCount then return { 'DAMAGED' } end

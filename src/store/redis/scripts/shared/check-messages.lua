-- An eviction can take the list and leave the hash. Such a conversation is not written to: a script
-- that ends in an error keeps what it has written until then.
if redis.call('LLEN', messagesKey) ~= messageCount then return { 'DAMAGED' } end

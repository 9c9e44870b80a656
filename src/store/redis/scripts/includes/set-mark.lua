-- Sets the mark of the conversation. The index of the marks, which may be a new one, lives for 90 days from now.
-- Needs: hotKey, conversationKey, score
redis.call('ZADD', hotKey, score, conversationKey)
redis.call('PEXPIRE', hotKey, 7776000000)

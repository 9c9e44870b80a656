fields[HEAD] = status .. ' ' .. version .. ' ' .. messageCount .. ' ' .. createdAt .. ' '
  .. updatedAt .. ' ' .. lastAccessedAt .. ' ' .. expiresAt
redis.call('HSET', conversationKey, 'head', fields[HEAD])

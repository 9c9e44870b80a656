-- Writes what the script has changed of the head. Needs what load gives.
fields[HEAD] = status .. string.format(' %d %d ', version, messageCount) .. createdAt .. ' '
  .. updatedAt .. ' ' .. lastAccessedAt .. ' ' .. expiresAt
redis.call('HSET', conversationKey, 'head', fields[HEAD])

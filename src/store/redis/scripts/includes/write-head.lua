-- Writes the head of the conversation, with whatever the script has changed of it.
-- Needs: HEAD, conversationKey, fields, status, version, messageCount, createdAt, updatedAt, lastAccessedAt, expiresAt, largest, moreWords
-- Changes: fields
fields[HEAD] = status .. string.format(' %d %d ', version, messageCount) .. createdAt .. ' '
  .. updatedAt .. ' ' .. lastAccessedAt .. ' ' .. expiresAt .. largest .. moreWords
redis.call('HSET', conversationKey, 'head', fields[HEAD])

-- Reads which message follows which, of a conversation that was loaded. One that is linear has no `moreWords`, and nothing
-- is read. Of any other, the first of these words is the seq of the last message of the active branch, or 0 while that
-- is the last message of all, also when an older process appends another one. The field `branches` has a record for
-- each message that begins a branch, as src/domain/branches.ts describes them: 24 characters each, three numbers of 8
-- digits. `newerWords` are those of a newer process.
-- `isBehindLeaf` says that new messages are to follow the leaf: while that is the last message, nothing else matters, and
-- the branches, which are up to 24 KB, stay where they are.
-- Needs: BRANCHES, conversationKey, fields, messageCount, moreWords, isBehindLeaf
-- Gives: leafSeq, branches, newerWords
-- Changes: fields
-- May end: DAMAGED
local leafSeq, branches, newerWords = messageCount, '', ''
if moreWords ~= '' then
  leafSeq, newerWords = string.match(moreWords, '^ (%d+)(.*)$')
  leafSeq = leafSeq == '0' and messageCount or tonumber(leafSeq)
  if not isBehindLeaf or leafSeq ~= messageCount then
    branches = redis.call('HGET', conversationKey, 'branches') or ''
  end
  local isReadable = leafSeq and leafSeq <= messageCount and #branches % 24 == 0
  if not isReadable or (newerWords ~= '' and string.sub(newerWords, 1, 1) ~= ' ') then return { 'DAMAGED' } end
  if branches ~= '' then fields[BRANCHES] = branches end
end

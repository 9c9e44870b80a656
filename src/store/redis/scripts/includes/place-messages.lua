-- Finds out where new messages go, of which there is at least one: behind `parentSeq`, nil for the leaf; or in place of
-- the message `supersedes`, with the same parent, unless that is nil. `newBranch` is the record of the branch that they
-- begin, '' when they follow the last message. placeMessages in src/domain/branches.ts is the same rule.
-- Needs: messageCount, leafSeq, branches, parentSeq, supersedes
-- Gives: newBranch
-- Changes: parentSeq
-- May end: NO_MESSAGE, SUPERSEDED, BRANCHES_FULL, DAMAGED
parentSeq = parentSeq or leafSeq
if supersedes then
  if supersedes < 1 or supersedes > messageCount then return { 'NO_MESSAGE' } end
  local last, records = supersedes, #branches / 24
  -- @include find-branch: first, parentOfFirst; may end: DAMAGED
  parentSeq = first == supersedes and parentOfFirst or supersedes - 1
  -- A message is superseded later than it is stored.
  local digits = string.format('%08d', supersedes)
  for i = records + 1, #branches / 24 do
    if string.sub(branches, 24 * i - 7, 24 * i) == digits then return { 'SUPERSEDED' } end
  end
end
local newBranch = ''
if parentSeq ~= messageCount then
  if parentSeq < 0 or parentSeq > messageCount then return { 'NO_MESSAGE' } end
  if #branches >= 24000 then return { 'BRANCHES_FULL' } end
  newBranch = string.format('%08d%08d%08d', messageCount + 1, parentSeq, supersedes or 0)
end

-- Finds the message that the replies of a turn follow: the one that it answers, or the last one of those that were
-- appended behind it since. `startCount` is the messageCount right after the turn began. tipOf in
-- src/domain/branches.ts is the same rule.
-- Needs: messageCount, branches, userSeq, startCount
-- Gives: tip
-- May end: DAMAGED
local tip = userSeq
do
  local last, records, former = startCount, #branches / 24, 0
  -- @include find-branch; may end: DAMAGED
  -- Each child of a tip has a higher seq, so one walk over the records is enough.
  for i = records + 1, #branches / 24 + 1 do
    -- Behind the last record the text is empty.
    local start = tonumber(string.sub(branches, 24 * i - 23, 24 * i - 16)) or messageCount + 1
    -- The first message that follows the tip may be the next one in the list.
    if tip >= startCount and tip >= former then tip = start - 1 end
    if tonumber(string.sub(branches, 24 * i - 15, 24 * i - 8)) == tip then tip = start end
    former = start
  end
end

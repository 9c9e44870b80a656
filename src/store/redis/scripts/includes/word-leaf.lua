-- Puts the last message of the active branch into the head, unless the conversation is linear and always was.
-- Needs: messageCount, leafSeq, branches, newerWords, largest, moreWords
-- Changes: largest, moreWords
if moreWords ~= '' or branches ~= '' or leafSeq ~= messageCount then
  -- The word of the leaf is behind the one of the largest message, which the head of an older process does not have:
  -- this one is larger than most.
  if largest == '' then largest = ' 65536' end
  moreWords = ' ' .. (leafSeq == messageCount and 0 or leafSeq) .. newerWords
end

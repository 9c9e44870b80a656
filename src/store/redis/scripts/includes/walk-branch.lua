-- Finds the messages of a page of a branch, which ends with the message `last`: up to `limit`. They go into `spans`,
-- which is empty before: first, last, first, last … of messages that follow each other in the list. spansOf in
-- src/domain/branches.ts is the same rule.
-- Needs: branches, last, direction, seq, limit, spans, hasMore
-- Gives: neededBranches
-- Changes: last, spans, hasMore
-- May end: DAMAGED
local isBackwards, after, before = direction ~= 'after', 0, last + 1
if direction == 'after' then after = seq elseif direction == 'before' then before = seq end
-- From the last message of the branch: last, first, last, first …
local bounds, count, records = {}, 0, #branches / 24
while last > after and not (isBackwards and count > limit) do
  -- @include find-branch: first, parentOfFirst; may end: DAMAGED
  local from, to = math.max(first, after + 1), math.min(last, before - 1)
  if from <= to then
    bounds[#bounds + 1], bounds[#bounds + 2] = to, from
    count = count + to - from + 1
  end
  last = parentOfFirst
end
hasMore = count > limit
-- Only the span that was found last has messages too many.
if isBackwards and hasMore then bounds[#bounds] = bounds[#bounds] + count - limit end
local left = limit
for i = #bounds, 1, -2 do
  local from, to = bounds[i], math.min(bounds[i - 1], bounds[i] + left - 1)
  if from <= to then
    spans[#spans + 1], spans[#spans + 2] = from, to
    left = left - (to - from + 1)
  end
end
-- A message has a higher seq than the one that it follows. So records of messages up to the one that the first message of
-- the page follows say nothing of the page: of 24 KB, most pages need little.
records = #branches / 24
if #spans > 0 then
  last = spans[1]
  do
    -- @include find-branch: first, parentOfFirst; may end: DAMAGED
    last = first == last and parentOfFirst or last - 1
  end
  records = #branches / 24
  -- @include find-branch; may end: DAMAGED
end
local neededBranches = string.sub(branches, 24 * records + 1)

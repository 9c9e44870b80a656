-- Finds where the run of messages begins that ends with the message `last`: each follows the one before it in the list.
-- Only the first `records` of `branches` are searched, from the last one backwards and in growing steps: a walk over a
-- branch takes a step or two each time. Then `records` ends with the record of the run.
-- Needs: branches, records, last
-- Gives: first, parentOfFirst
-- Changes: records
-- May end: DAMAGED
local low, step = records, 1
while low > 0 and (tonumber(string.sub(branches, 24 * low - 23, 24 * low - 16)) or 0) > last do
  records, low, step = low - 1, low - step, 2 * step
end
low = math.max(low, 0)
while low < records do
  local middle = math.ceil((low + records) / 2)
  if (tonumber(string.sub(branches, 24 * middle - 23, 24 * middle - 16)) or 0) > last then
    records = middle - 1
  else
    low = middle
  end
end
local first, parentOfFirst = 1, 0
if records > 0 then
  first = tonumber(string.sub(branches, 24 * records - 23, 24 * records - 16))
  parentOfFirst = tonumber(string.sub(branches, 24 * records - 15, 24 * records - 8))
  -- A walk that does not go backwards would never end.
  if not first or not parentOfFirst or parentOfFirst >= first then return { 'DAMAGED' } end
end

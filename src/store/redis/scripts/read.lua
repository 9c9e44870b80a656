-- Reads a conversation with a page of the messages of a branch, as they are at this instant. Writes nothing. Messages
-- that may be large are not copied: Lua takes many times as long for them as a plain command does, and they never
-- change, so that the caller can fetch them afterwards. Messages below the base are not here: the record behind
-- Redis has them.
--
-- KEYS[1] conversationKey  hash of the conversation
-- KEYS[2] messagesKey      list of its messages
-- ARGV[1] direction        'end', 'before' or 'after'
-- ARGV[2] seq              that the page lies before or after; any number with 'end'
-- ARGV[3] limit            most messages to read
-- ARGV[4] maxBytes         of messages to copy
-- ARGV[5] branch           seq of its last message; '' for the active one; 'all' for all messages in their order
--
-- Result  OK, now, 1 when the branch has more messages in this direction, else 0, spans of the page (seq of the first
--         message, seq of the last one, first, last …), fields, its messages behind the base in order; false in place
--         of messages that may have more than maxBytes
-- Errors  NOT_FOUND
--         DAMAGED
--         NO_MESSAGE
local conversationKey, messagesKey = KEYS[1], KEYS[2]
local direction, seq, limit, maxBytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local branch = ARGV[5]

-- @include name-conversation-fields: BRANCHES
-- @include load-conversation: fields, messageCount, base, largest; may end: NOT_FOUND, DAMAGED
-- @include require-whole-list; may end: DAMAGED
local isBehindLeaf = false
-- @include load-tree: leafSeq, branches; may end: DAMAGED

local last = leafSeq
if branch == 'all' then
  last, branches = messageCount, ''
elseif branch ~= '' then
  last = tonumber(branch)
  if last > messageCount then return { 'NO_MESSAGE' } end
end
local spans, hasMore = {}, false
if branches == '' then
  local leaf, first = last, seq + 1
  if direction == 'after' then
    last = math.min(seq + limit, leaf)
    hasMore = last < leaf
  else
    if direction == 'before' then last = math.min(seq - 1, leaf) end
    first = math.max(1, last - limit + 1)
    hasMore = first > 1
  end
  if first <= last then spans = { first, last } end
else
  -- @include walk-branch: neededBranches; may end: DAMAGED
  fields[BRANCHES] = neededBranches
end

-- @include read-clock: now
-- Spans that lie close together are one run, with what lies between them: to read each with a command of its own
-- would take longer.
local runs, count, elements = {}, 0, {}
for i = 1, #spans, 2 do
  local from, to = math.max(spans[i], base + 1), spans[i + 1]
  if from <= to then
    if #runs > 0 and from - runs[#runs] < 4 then
      count = count + to - runs[#runs]
      runs[#runs] = to
    else
      count = count + to - from + 1
      runs[#runs + 1], runs[#runs + 2] = from, to
    end
  end
end
if count > 0 and (largest == '' or count * largest > maxBytes) then
  elements = false
else
  for i = 1, #runs, 2 do
    local run = redis.call('LRANGE', messagesKey, runs[i] - 1 - base, runs[i + 1] - 1 - base)
    if #spans == 2 then
      elements = run
    else
      for k = 1, #spans, 2 do
        for place = math.max(spans[k], runs[i]), math.min(spans[k + 1], runs[i + 1]) do
          elements[#elements + 1] = run[place - runs[i] + 1]
        end
      end
    end
  end
end
return { 'OK', now, hasMore and 1 or 0, spans, fields, elements }

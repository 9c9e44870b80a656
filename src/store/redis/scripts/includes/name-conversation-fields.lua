-- Names the positions of a conversation's fields in the table `fields`. A reply carries the fields in this
-- order, and conversation.codec.ts decodes them in it.
-- Gives: HEAD, TITLE, EXTERNAL_ID, FORKED_FROM, METADATA, BASE, BRANCHES
local HEAD, TITLE, EXTERNAL_ID, FORKED_FROM, METADATA, BASE, BRANCHES = 1, 2, 3, 4, 5, 6, 7

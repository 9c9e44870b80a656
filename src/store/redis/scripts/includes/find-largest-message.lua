-- Reads the size of the largest message out of the head. A conversation of an older process has none.
-- Needs: moreWords
-- Gives: largest
local largest = tonumber(string.match(moreWords, '^ (%d+)%f[ %z]'))

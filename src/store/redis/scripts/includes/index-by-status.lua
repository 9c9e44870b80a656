-- Finds the index of a status.
-- Needs: activeKey, completedKey, archivedKey
-- Gives: indexOf
local indexOf = { active = activeKey, completed = completedKey, archived = archivedKey }

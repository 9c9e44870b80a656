-- Ends the script when the quota of the owner has no room for `messages`, which are still without their time.
-- Needs: usageKey, ownerQuota, messages
-- May end: QUOTA
if usageKey then
  local addedBytes = 0
  for i = 1, #messages do addedBytes = addedBytes + 13 + #messages[i] end
  -- @include require-quota; may end: QUOTA
end

-- Leases the workspaces that may have chores that are due.
-- ARGV: lease (ms), how many at most
-- Returns each with its claim: its new time, which is another one if a chore is added meanwhile

local due = redis.call('ZRANGE', P .. 'teams', '-inf', now(), 'BYSCORE', 'LIMIT', 0, ARGV[2])
local claimed = {}
for _, team in ipairs(due) do
  local claim = now() + ARGV[1]
  redis.call('ZADD', P .. 'teams', claim, team)
  claimed[#claimed + 1] = team
  claimed[#claimed + 1] = redis.call('ZSCORE', P .. 'teams', team)
end
return claimed

-- Notes when a workspace has a chore to do.
-- ARGV: workspace, when (ms; empty: never), the claim that this ends. Without a claim a chore was
-- added, and it is counted from now
-- A time that is noted already only becomes earlier, and is another one in any case.

local team, after, claim = ARGV[1], ARGV[2], ARGV[3]
local noted = redis.call('ZSCORE', P .. 'teams', team)
if claim ~= '' then
  if noted ~= claim then return end
  if after == '' then redis.call('ZREM', P .. 'teams', team)
  else redis.call('ZADD', P .. 'teams', math.max(after, now()), team) end  -- behind those that wait longer
elseif not noted or now() + after < tonumber(noted) then
  redis.call('ZADD', P .. 'teams', now() + after, team)
else
  redis.call('ZINCRBY', P .. 'teams', 0.25, team)
end

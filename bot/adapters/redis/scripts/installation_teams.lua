-- Notes in which workspaces the installation of an organisation may act, or may not any more.
-- KEYS: the prefix of the app's installations. ARGV: organisation, ``+`` if it may, ``-`` if not,
-- when Slack said so (s), then the workspaces
-- Returns nothing; what Slack said later of a workspace counts

local organisation, sign, at = ARGV[1], ARGV[2], ARGV[3]
for n = 4, #ARGV do
  local team = ARGV[n]
  local word = redis.call('HGET', of('teams', organisation), team)
  if not word or tonumber(string.sub(word, 2)) <= tonumber(at) then
    redis.call('HSET', of('teams', organisation), team, sign .. at)
    local former = redis.call('HGET', P .. 'organisations', team)
    if sign == '+' then
      if former and former ~= organisation then redis.call('HDEL', of('teams', former), team) end
      redis.call('HSET', P .. 'organisations', team, organisation)
    elseif former == organisation then
      redis.call('HDEL', P .. 'organisations', team)
    end
  end
end

-- Notes in which workspaces the installation of an organisation may act, or may not any more.
-- KEYS: the prefix of the app's installations. ARGV: organisation, 1 if it may, then the workspaces
-- Returns nothing

local organisation, may = ARGV[1], ARGV[2] == '1'
for n = 3, #ARGV do
  local team = ARGV[n]
  local former = redis.call('HGET', P .. 'organisations', team)
  if former and (may or former == organisation) then
    redis.call('SREM', of('teams', former), team)
    redis.call('HDEL', P .. 'organisations', team)
  end
  if may then
    redis.call('HSET', P .. 'organisations', team, organisation)
    redis.call('SADD', of('teams', organisation), team)
  end
end

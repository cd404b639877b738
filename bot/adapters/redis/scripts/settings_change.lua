-- Changes what a workspace has set for itself, and notes that it has.
-- ARGV: workspace, then for each change the setting, whether it is set ('1') or taken back ('0'),
-- and the value; without any, all is taken back

local team = ARGV[1]
local own = P .. 'of:' .. team
if #ARGV == 1 then
  redis.call('DEL', own)
end
for index = 2, #ARGV, 3 do
  if ARGV[index + 1] == '1' then
    redis.call('HSET', own, ARGV[index], ARGV[index + 2])
  else
    redis.call('HDEL', own, ARGV[index])
  end
end
redis.call('ZADD', P .. 'changed', redis.call('INCR', P .. 'version'), team)
return 1

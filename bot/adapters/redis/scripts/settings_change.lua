-- Changes what a workspace has set for itself, in one step: a key counts together with an address.
-- KEYS: the hash (no prefix). ARGV: for each change the setting, whether it is set ('1') or taken
-- back ('0'), and the value

for index = 1, #ARGV, 3 do
  if ARGV[index + 1] == '1' then
    redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 2])
  else
    redis.call('HDEL', KEYS[1], ARGV[index])
  end
end
return 1

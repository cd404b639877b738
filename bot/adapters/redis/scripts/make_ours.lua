-- Makes a thread ours; a muted one stays muted.
-- KEYS: its standing. ARGV: seconds to remember it

if redis.call('GET', KEYS[1]) ~= 'muted' then
  redis.call('SET', KEYS[1], 'ours', 'EX', ARGV[1])
end

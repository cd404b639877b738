-- Replaces the links of a thread.
-- KEYS: the links. ARGV: seconds to remember them, then field and value by turns (perhaps none)

redis.call('DEL', KEYS[1])
if ARGV[2] then
  redis.call('HSET', KEYS[1], unpack(ARGV, 2))
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end

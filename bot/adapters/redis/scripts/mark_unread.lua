-- Notes until where the router knows the thread: the earliest message that passed it by.
-- KEYS: the note. ARGV: ts, seconds to remember it

local known = redis.call('GET', KEYS[1])
if not known or tonumber(ARGV[1]) < tonumber(known) then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end

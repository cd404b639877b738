-- Lengthens the time for which a turn holds parts of budgets, if it holds any.
-- ARGV: turn, from now on (ms)

return redis.call('ZADD', P .. 'holds', 'XX', now() + ARGV[2], ARGV[1])

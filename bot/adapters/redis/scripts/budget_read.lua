-- Returns of each counter what is spent, held and allowed besides.
-- ARGV: the counters

let_expired_go()
local counts = {}
for _, counter in ipairs(ARGV) do
  counts[#counts + 1] = redis.call('HMGET', of('spent', counter), 'spent', 'held', 'extra')
end
return counts

-- Tells what people had to decide by now and did not.
-- ARGV: how many at most
-- Returns a list of thread and what is wanted by turns.

local due = {}
for _, one in ipairs(redis.call('ZRANGE', P .. 'undecided', '-inf', now(), 'BYSCORE', 'LIMIT', 0, ARGV[1])) do
  local thread, approval = string.match(one, '^(%S+) (%S+)$')
  local wanted = redis.call('HGET', of('approvals', thread), approval)
  if wanted then
    due[#due + 1] = thread
    due[#due + 1] = wanted
  else
    redis.call('ZREM', P .. 'undecided', one)
  end
end
return due

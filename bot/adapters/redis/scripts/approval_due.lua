-- Returns the approvals that have expired undecided.
-- ARGV: how many at most
-- Returns a flat list: a thread, its approval, the next thread …

local due = {}
for _, entry in ipairs(redis.call('ZRANGE', P .. 'undecided', '-inf', now(), 'BYSCORE', 'LIMIT', 0, ARGV[1])) do
  local thread, approval = string.match(entry, '^(%S+) (%S+)$')
  local pending = redis.call('HGET', of('approvals', thread), approval)
  if pending then
    due[#due + 1] = thread
    due[#due + 1] = pending
  else
    redis.call('ZREM', P .. 'undecided', entry)
  end
end
return due

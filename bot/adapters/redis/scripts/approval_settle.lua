-- Forgets what an expert wanted to do, and takes back a verdict that waits.
-- ARGV: thread, token, approval
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, approval = unpack(ARGV)
local approvals, noted = of('approvals', thread), approval .. '!'

if not holds(thread, token) then return 0 end
local verdict = redis.call('HGET', approvals, noted)
if verdict then redis.call('LREM', of('inbox', thread), 1, '!' .. verdict) end
redis.call('ZREM', P .. 'undecided', thread .. ' ' .. approval)
redis.call('HDEL', approvals, approval, noted)
return 1

-- Notes a verdict and puts it before what waits in its thread.
-- ARGV: thread, approval, the verdict as it is queued
-- Returns 2 if nothing is under way in the thread, 1 if a turn is; 0 if there is another verdict or
-- nothing to decide (any more). Doing it twice is as doing it once, and returns 2: the turn that is
-- under way may be the verdict's own.

local thread, approval, verdict = unpack(ARGV)
local approvals, noted = of('approvals', thread), approval .. '!'
local known = redis.call('HGET', approvals, noted)

if redis.call('HEXISTS', approvals, approval) == 0 or (known and known ~= verdict) then return 0 end
if known then return 2 end
redis.call('HSET', approvals, noted, verdict)
redis.call('ZREM', P .. 'undecided', thread .. ' ' .. approval)
redis.call('LPUSH', of('inbox', thread), '!' .. verdict)
ready_if_waiting(thread)
return redis.call('EXISTS', of('turn', thread)) == 1 and 1 or 2

-- Keeps what is to be remembered of a turn that is about to be done.
-- ARGV: thread, token, turn, report, seconds to keep it
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, turn, report, keep = unpack(ARGV)

if not holds(thread, token) then return 0 end
redis.call('SET', of('report', turn), report, 'EX', keep)
return 1

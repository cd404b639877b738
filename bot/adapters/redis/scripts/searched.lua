-- Notes how far a place has been searched: whoever goes on with a gap leaves that out.
-- ARGV: who has searched, the place, and until when (ms)
-- Returns 1; 0 if another process looks into the gap by now.

local record, who, place, till = KEYS[1], ARGV[1], ARGV[2], ARGV[3]

if redis.call('HGET', record, 'owner') ~= who then return 0 end
redis.call('HSET', record, SEARCHED .. place, till)
return 1

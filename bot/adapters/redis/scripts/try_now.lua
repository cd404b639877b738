-- Lets a turn that waits for the model's side be tried now.
-- ARGV: thread, ts of the turn's first message
-- Returns 1, or 0 if it does not wait for that (any more).

local thread, ts = unpack(ARGV)
local messages = redis.call('HGET', of('turn', thread), 'messages')

if not messages or cjson.decode(messages)[1].ts ~= ts then return 0 end
return hurry(thread)

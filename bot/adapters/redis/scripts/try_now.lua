-- Lets a turn that waits for the model's side be tried now.
-- ARGV: thread, ts of the turn's first message, who wants that
-- Returns 1, or 0 if it does not wait for that (any more).

local thread, ts, by = unpack(ARGV)
local messages = redis.call('HGET', of('turn', thread), 'messages')

if not messages or cjson.decode(messages)[1].ts ~= ts then return 0 end
local hurried = hurry(thread)
if hurried == 1 then note_press(of('turn', thread), by) end
return hurried

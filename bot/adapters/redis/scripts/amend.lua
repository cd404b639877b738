-- Replaces a message that nobody has begun to answer, or takes it back as if it had never been put.
-- ARGV: thread, ts, the message as it is now ('': it is not for us any more)
-- Returns 1, or 0 if it does not wait (any more), or is by somebody else. Doing it twice is as doing it once.

local thread, ts, message = unpack(ARGV)

if message == '' then
  local taken = take_back(thread, ts)
  if taken == 1 then forget_seen(thread, ts) end
  return taken
end
local index, entry = waiting(thread, ts)
if not entry or cjson.decode(string.sub(entry, 2)).author ~= cjson.decode(message).author then
  return 0  -- nobody's words become another's
end
redis.call('LSET', of('inbox', thread), index, string.sub(entry, 1, 1) .. message)
return 1

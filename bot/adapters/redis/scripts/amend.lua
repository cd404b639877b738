-- Replaces a message that nobody has begun to answer, or takes it back.
-- ARGV: thread, ts, the message as it is now ('': deleted)
-- Returns 1, or 0 if it does not wait (any more). Doing it twice is as doing it once.

local thread, ts, message = unpack(ARGV)
local inbox = of('inbox', thread)

for index, entry in ipairs(redis.call('LRANGE', inbox, 0, -1)) do
  local kind = string.sub(entry, 1, 1)
  if kind ~= '@' and cjson.decode(string.sub(entry, 2)).ts == ts then
    if message ~= '' then
      redis.call('LSET', inbox, index - 1, kind .. message)
    else
      redis.call('LREM', inbox, 1, entry)
      forget_if_empty(thread)
    end
    return 1
  end
end
return 0

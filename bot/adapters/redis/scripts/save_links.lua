-- Replaces the links of a thread; writes only what is new. A turn has compared them with what others
-- know if another server has taken over since they were saved.
-- ARGV: thread, token of the turn that does so ('': none does), seconds to remember them, then
-- field and value by turns (perhaps none)
-- Returns the fields that have new values, or 0 if the turn is lost.

local thread, token, remember = unpack(ARGV)
local links = of('links', thread)

if token ~= '' and not holds(thread, token) then return 0 end
local former, new = {}, {}
local stored = redis.call('HGETALL', links)
for index = 1, #stored, 2 do former[stored[index]] = stored[index + 1] end
for index = 4, #ARGV, 2 do
  local field, value = ARGV[index], ARGV[index + 1]
  if former[field] ~= value then
    redis.call('HSET', links, field, value)
    new[#new + 1] = field
  end
  former[field] = nil
end
for field in pairs(former) do
  local is_known = field == '@router' or string.sub(field, 1, 1) ~= '@'  -- else a newer version's
  if is_known then redis.call('HDEL', links, field) end
end
local taken_over = clock('taken_over')
if token ~= '' and taken_over > 0 then redis.call('HSET', links, '@checked', taken_over) end
redis.call('EXPIRE', links, remember)
return new

-- Replaces values in one list or hash, each only if it is still there.
-- KEYS: the list or hash (no prefix). ARGV: for each value its field ('': it is in a list), the old
-- and the new one
-- Returns how many were replaced.

local key, replaced = KEYS[1], 0
for index = 1, #ARGV, 3 do
  local field, old, new = ARGV[index], ARGV[index + 1], ARGV[index + 2]
  if field == '' then
    local place = redis.call('LPOS', key, old)
    if place then
      redis.call('LSET', key, place, new)
      replaced = replaced + 1
    end
  elseif redis.call('HGET', key, field) == old then
    redis.call('HSET', key, field, new)
    replaced = replaced + 1
  end
end
return replaced

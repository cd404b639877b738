-- Looks at the threads whose turn is next.
-- ARGV: how many of them
-- Returns how old their oldest message is (ms); 0 if there is none

local sent
for _, name in ipairs(redis.call('ZRANGE', P .. 'ready', 0, ARGV[1] - 1)) do
  local thread = string.find(name, ':', 1, true) and name or redis.call('ZRANGE', of('line', name), 0, 0)[1]
  local entry = thread and redis.call('LINDEX', of('inbox', thread), 0) or '@'
  if string.sub(entry, 1, 1) ~= '@' then  -- a retried turn is as old as its retry
    local ts = tonumber(cjson.decode(string.sub(entry, 2)).ts)
    sent = math.min(sent or ts, ts)
  end
end
return sent and math.max(0, math.floor(now() - sent * 1000)) or 0

-- Counts a question under several limits; under none of them if one is reached.
-- ARGV: the question, for how long it counts (ms), then of each limit its name and how many
-- Returns the number of the limit that is reached and how long it still is (ms); else two zeros.
-- Doing it twice counts once.

local question, window, time = ARGV[1], tonumber(ARGV[2]), now()
local logs = {}

for i = 3, #ARGV, 2 do
  local log, most = P .. 'asked:' .. ARGV[i], tonumber(ARGV[i + 1])
  redis.call('ZREMRANGEBYSCORE', log, '-inf', string.format('%.0f', time - window))
  redis.call('ZREMRANGEBYSCORE', log, string.format('(%.0f', time), '+inf')  -- the clock was put back
  if not redis.call('ZSCORE', log, question) then
    local beyond = redis.call('ZCARD', log) - most
    if beyond >= 0 then
      local entry = redis.call('ZRANGE', log, beyond, beyond, 'WITHSCORES')
      return {(i - 1) / 2, tonumber(entry[2]) + window - time}
    end
    logs[#logs + 1] = log
  end
end

for _, log in ipairs(logs) do
  redis.call('ZADD', log, string.format('%.0f', time), question)
  redis.call('PEXPIRE', log, window)
end
return {0, 0}

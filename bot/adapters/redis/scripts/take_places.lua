-- Takes places for a call under several limits, up to the first that is not due yet.
-- ARGV: how long to wait at most (ms; -1: for ever), then of each limit its name, how many calls
-- and in what time (ms)
-- Returns how many places were taken, and how long to wait for the last of them (ms); none if it
-- would take too long.
-- Doing it twice takes places twice: some are wasted.

local STALE = 15 * 60 * 1000  -- nobody waits so long: the server's clock was put back
local within, time = tonumber(ARGV[1]), now()
local limits, longest = {}, 0

local function at(log, index)
  return tonumber(redis.call('LINDEX', log, index) or 0)
end

for i = 2, #ARGV, 3 do
  local log, most, window = P .. 'places:' .. ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local open = within < 0 and most or math.ceil(most / 2)
  if at(log, 0) > time + STALE then redis.call('DEL', log) end
  local blocked = math.max(0, redis.call('PTTL', P .. 'held:' .. ARGV[i]))
  local due = math.max(time + blocked, at(log, 0), at(log, open - 1) + window)
  limits[#limits + 1] = {log = log, most = most, window = window, due = due}
  longest = math.max(longest, due - time)
end

if within >= 0 and longest > within then return {0, longest} end

for taken, limit in ipairs(limits) do
  local wait = limit.due - time
  redis.call('LPUSH', limit.log, string.format('%.0f', limit.due))
  redis.call('LTRIM', limit.log, 0, limit.most - 1)
  redis.call('PEXPIRE', limit.log, string.format('%.0f', wait + limit.window))
  if wait > 0 then return {taken, wait} end
end
return {#limits, 0}

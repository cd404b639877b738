-- Leases the last state that has been due for longest to a sender.
-- ARGV: lease (ms), longest wait (ms), how long a state is tried (ms), then workspaces whose states are passed by:
-- where there are many of these, they stand behind the others for a moment
-- Returns {thread, what it is about, request, token, failed tries}; {thread, what it was about} of
-- one that was tried for too long and is dropped; or {ms until one may be due}.

local lease, longest, tried_for = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local FARTHEST = 30 * 60 * 1000  -- ms; no lease and no delay is as long: the clock was set back
local LATER = 2000  -- ms
local MOST_PASSED, MOST_TIMES = 200, 5
local time = now()
local busy, times = {}, 0
for index = 4, #ARGV do busy[ARGV[index]] = true end

-- The first state that is not passed by, and when it is due; else what is to be answered.
local function first()
  local most = #ARGV > 3 and MOST_PASSED or 1
  local states = redis.call('ZRANGE', P .. 'outbox', 0, most - 1, 'WITHSCORES')
  for index = 1, #states, 2 do
    if not busy[team_of(states[index])] then return states[index], states[index + 1] end
  end
  if #states < 2 * most then return nil, {longest} end
  if tonumber(states[#states]) > time then return nil, {math.min(tonumber(states[#states]) - time, longest)} end
  for index = 1, #states, 2 do redis.call('ZADD', P .. 'outbox', time + LATER, states[index]) end
  times = times + 1
  if times == MOST_TIMES then return nil, {1} end
  return first()
end

-- A status, say, of a turn that has ended since: the turn that is under way may show its own.
local function must_wait(thread, state)
  if state.passing ~= '1' or redis.call('EXISTS', of('turn', thread)) == 0 then return false end
  return redis.call('HGET', of('turn', thread), 'token') ~= state.turn
end

while true do
  local name, due = first()
  if not name then return due end
  local wait = tonumber(due) - time
  if wait > 0 and wait < FARTHEST then return {math.min(math.max(1, wait), longest)} end
  local thread, about = string.match(name, '^(%S+) (.+)$')
  local known = redis.call('HGET', of('outbox', thread), about)
  local state = known and cjson.decode(known)
  if not state then
    forget_state(name)
  elseif must_wait(thread, state) then
    redis.call('ZADD', P .. 'outbox', time + math.min(lease, LATER), name)
  elseif tonumber(state.since) + tried_for < time then
    forget_state(name)
    return {thread, about}
  else
    state.sender = fence()
    redis.call('HSET', of('outbox', thread), about, cjson.encode(state))
    redis.call('ZADD', P .. 'outbox', time + lease, name)
    return {thread, about, state.request, state.sender, tonumber(state.failed)}
  end
end

-- Leases the last state that has been due for longest to a sender.
-- ARGV: lease (ms), longest wait (ms), how long a state is tried (ms)
-- Returns {thread, what it is about, request, token, failed tries}; {thread, what it was about} of
-- one that was tried for too long and is dropped; or {ms until one may be due}.

local lease, longest, tried_for = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local FARTHEST = 30 * 60 * 1000  -- ms; no lease and no delay is as long: the clock was set back
local LATER = 2000  -- ms
local time = now()

-- A status, say, of a turn that has ended since: the turn that is under way may show its own.
local function must_wait(thread, state)
  if state.passing ~= '1' or redis.call('EXISTS', of('turn', thread)) == 0 then return false end
  return redis.call('HGET', of('turn', thread), 'token') ~= state.turn
end

while true do
  local entry = redis.call('ZRANGE', P .. 'outbox', 0, 0, 'WITHSCORES')
  if not entry[1] then return {longest} end
  local wait = tonumber(entry[2]) - time
  if wait > 0 and wait < FARTHEST then return {math.min(math.max(1, wait), longest)} end
  local thread, about = string.match(entry[1], '^(%S+) (.+)$')
  local known = redis.call('HGET', of('outbox', thread), about)
  local state = known and cjson.decode(known)
  if not state then
    forget_state(entry[1])
  elseif must_wait(thread, state) then
    redis.call('ZADD', P .. 'outbox', time + math.min(lease, LATER), entry[1])
  elseif tonumber(state.since) + tried_for < time then
    forget_state(entry[1])
    return {thread, about}
  else
    state.sender = fence()
    redis.call('HSET', of('outbox', thread), about, cjson.encode(state))
    redis.call('ZADD', P .. 'outbox', time + lease, entry[1])
    return {thread, about, state.request, state.sender, tonumber(state.failed)}
  end
end

-- Keeps a last state until it is sent, in place of an older one of the same thing.
-- ARGV: thread, token of the turn that leaves it ('': none does), what it is about, request, whether
-- the thread's next turn replaces it (1 or 0), seconds to remember it, how many states at most
-- Returns how many were dropped to make room for it; or -1 if the turn is lost.
-- Doing it twice is as doing it once.

local thread, token, about, request, passing, remember, most = unpack(ARGV)
local states = of('outbox', thread)

if token ~= '' and not holds(thread, token) then return -1 end
local known = redis.call('HGET', states, about)
local state = known and cjson.decode(known) or {since = string.format('%.0f', now()), failed = '0'}
state.request, state.version, state.turn, state.passing = request, fence(), token, passing
redis.call('HSET', states, about, cjson.encode(state))
redis.call('EXPIRE', states, remember)
redis.call('ZADD', P .. 'outbox', 'NX', now(), thread .. ' ' .. about)

-- The one that is due first, of those of the thread's workspace if they are among the first thousand.
local function first()
  local states = redis.call('ZRANGE', P .. 'outbox', 0, 999)
  for _, name in ipairs(states) do
    if team_of(name) == team_of(thread) then return name end
  end
  return states[1]
end

local dropped = 0
while redis.call('ZCARD', P .. 'outbox') > tonumber(most) do
  forget_state(first())
  dropped = dropped + 1
end
return dropped

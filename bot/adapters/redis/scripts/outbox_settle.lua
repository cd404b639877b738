-- Ends a sender's lease of a last state. One that was replaced meanwhile is due at once.
-- ARGV: thread, what it is about, token, ms until it is tried again ('': it was sent), whether the
-- try counts as failed (1 or 0)
-- Doing it twice is as doing it once.

local thread, about, token, delay, failed = unpack(ARGV)
local states, name = of('outbox', thread), thread .. ' ' .. about
local known = redis.call('HGET', states, about)
local state = known and cjson.decode(known)

if not state or state.sender ~= token then return end
local is_newer = tonumber(state.version) > tonumber(token)
if delay == '' and not is_newer then
  forget_state(name)
  return
end
state.sender = nil
if not is_newer then state.failed = tostring(tonumber(state.failed) + tonumber(failed)) end
redis.call('HSET', states, about, cjson.encode(state))
redis.call('ZADD', P .. 'outbox', now() + (is_newer and 0 or tonumber(delay)), name)

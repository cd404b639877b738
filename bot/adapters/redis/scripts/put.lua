-- Adds a message to its thread's inbox, once.
-- KEYS[2], where it is to be looked at: the moves of channels in the workspace
-- ARGV: thread, ts, entry, nonce, seconds to remember the ts; if an app asks, how many questions apps
-- may ask in a row, else ''; if it mentions us, seconds to remember that the thread is ours, else ''; how many
-- moves of channels its thread was named with; whether workspaces share the turns (1 or 0)
-- Returns 1 if it was added by this call (or by an earlier try of it: the nonce tells), else 0; -1 if
-- an app asked too often; -2 if there are other moves than those.

local thread, ts, entry, nonce, seen_for, most, ours_for, moves, shared = unpack(ARGV)
local RECENT_FOR, MOST_RECENT = 30 * 24 * 3600, 500
local recent = P .. 'recent'
local apps = of('apps', thread)

if KEYS[2] and redis.call('HLEN', KEYS[2]) ~= tonumber(moves) then return -2 end
if ours_for ~= '' then make_ours(of('standing', thread), ours_for) end
local kept, field = seen_with(thread, ts)
if redis.call('HSETNX', kept, field, nonce) == 0 then
  return redis.call('HGET', kept, field) == nonce and 1 or 0
end
redis.call('EXPIRE', kept, seen_for)
if most == '' then
  redis.call('DEL', apps)
else
  local asked = redis.call('INCR', apps)
  redis.call('EXPIRE', apps, seen_for)
  if asked > tonumber(most) then return -1 end
end
redis.call('RPUSH', of('inbox', thread), entry)
ready_if_idle(thread, shared)
-- A message that begins its thread, and comes after others of it: what these have done may be forgotten.
if ts == string.match(thread, '[^:]*$') and redis.call('ZSCORE', recent, thread) then
  redis.call('SET', of('overtaken', thread), 1, 'EX', seen_for)
end
redis.call('ZADD', recent, now(), thread)
redis.call('ZREMRANGEBYRANK', recent, 0, -MOST_RECENT - 1)
redis.call('EXPIRE', recent, RECENT_FOR)
return 1

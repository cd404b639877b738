-- Keeps the workers off a thread, for a command that changes what is kept of it. To them it looks
-- like a turn; it ends with ``done``, or with its lease. Sent twice, it finds a turn running: its own.
-- ARGV: thread, lease (ms), whether what waits in the thread is dropped (1 or 0), also for people's
-- decisions
-- Returns {token, messages and turns dropped}; or {} if a turn is running, or something waits for
-- another try or a decision that may not be dropped.

local thread, lease, drop = unpack(ARGV)
local turn, inbox, time = of('turn', thread), of('inbox', thread), now()
local dropped = 0

if drop ~= '1' and redis.call('EXISTS', of('approvals', thread)) == 1 then return {} end
if redis.call('EXISTS', turn) == 1 then
  local until_when = tonumber(redis.call('ZSCORE', P .. 'leases', thread) or 0)
  local is_held = redis.call('HEXISTS', turn, 'held') == 1
  if until_when > time or not (is_held or drop == '1') then return {} end
  if not is_held then dropped = dropped + 1 end
  redis.call('DEL', turn, of('journal', thread))
  redis.call('ZREM', P .. 'delayed', thread)
  redis.call('SREM', P .. 'outage', thread)
  redis.call('HDEL', P .. 'stops', thread)
else
  take_room(thread, workspaces_share())
end
leave_line(thread)  -- a place there would let a worker begin; ``done`` gives another one
if drop == '1' then
  dropped = dropped + redis.call('LLEN', inbox)
  for _, approval in ipairs(redis.call('HKEYS', of('approvals', thread))) do
    redis.call('ZREM', P .. 'undecided', thread .. ' ' .. approval)
  end
  redis.call('DEL', inbox, of('approvals', thread))
end
local token = fence()
redis.call('HSET', turn, 'token', token, 'held', 1)
redis.call('ZADD', P .. 'leases', time + lease, thread)
return {token, dropped}

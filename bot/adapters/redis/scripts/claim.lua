-- Lease a turn: first one whose lease ran out, else the next ready thread, channels in turn.
-- KEYS: prefix   ARGV: lease in ms, most messages in one turn
-- Returns {thread, token, attempt, message, ...}, or {} and the ms until a lease runs out.
local p = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function lease(thread, attempt)
  local token = redis.call('INCR', p .. 'fence')
  redis.call('HSET', p .. 'turn:' .. thread, 'token', token, 'attempt', attempt)
  redis.call('ZADD', p .. 'leases', now + ARGV[1], thread)
  local messages = cjson.decode(redis.call('HGET', p .. 'turn:' .. thread, 'messages'))
  return {thread, token, attempt, unpack(messages)}
end

local expired = redis.call('ZRANGEBYSCORE', p .. 'leases', '-inf', now, 'LIMIT', 0, 1)
if expired[1] then
  return lease(expired[1], redis.call('HINCRBY', p .. 'turn:' .. expired[1], 'attempt', 1))
end

local channel = redis.call('LPOP', p .. 'channels')
if channel then
  local thread = redis.call('LPOP', p .. 'ready:' .. channel)
  if redis.call('LLEN', p .. 'ready:' .. channel) > 0 then
    redis.call('RPUSH', p .. 'channels', channel)
  end
  local inbox, messages = p .. 'inbox:' .. thread, {}
  repeat
    local entry = redis.call('LPOP', inbox)
    messages[#messages + 1] = string.sub(entry, 2)
    local following = redis.call('LINDEX', inbox, 0)
  until string.sub(entry, 1, 1) == '1' or not following
    or string.sub(following, 1, 1) == '1' or #messages >= tonumber(ARGV[2])
  redis.call('HSET', p .. 'turn:' .. thread,
    'messages', cjson.encode(messages), 'channel', channel)
  return lease(thread, 1)
end

local soonest = redis.call('ZRANGE', p .. 'leases', 0, 0, 'WITHSCORES')
return {'', soonest[2] and math.max(1, math.ceil(soonest[2] - now)) or -1}

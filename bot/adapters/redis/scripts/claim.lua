-- Leases a turn: one whose lease ran out, else one whose delay is over, else the next new one.
-- ARGV: lease (ms), most messages in one turn, longest wait (ms)
-- Returns {thread, messages, token, attempt}; or {ms until something may be due}.

local lease, most, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = now()

local function first(kind)
  return redis.call('ZRANGE', P .. kind, 0, 0, 'WITHSCORES')
end

local function due(kind)
  local found = first(kind)
  return found[1] and tonumber(found[2]) <= time and found[1]
end

local function wait()
  local soonest = time + longest
  for _, kind in ipairs({'leases', 'delayed'}) do
    soonest = math.min(soonest, tonumber(first(kind)[2] or soonest))
  end
  return {math.max(1, soonest - time)}
end

-- Takes what waits in the inbox: one that stands alone, or all up to the next such.
local function gather(thread)
  local inbox = of('inbox', thread)
  local messages = {}
  for _, entry in ipairs(redis.call('LRANGE', inbox, 0, most - 1)) do
    local kind = string.sub(entry, 1, 1)
    if #messages > 0 and kind ~= '+' then break end
    messages[#messages + 1] = string.sub(entry, 2)
    if kind == '@' then
      redis.call('LPOP', inbox)
      return nil, messages[1]
    end
    if kind == '!' then break end
  end
  redis.call('LTRIM', inbox, #messages, -1)
  return '[' .. table.concat(messages, ',') .. ']'
end

local function begin(thread)
  local messages, buried = gather(thread)
  if buried then
    messages = redis.call('HGET', of('dead', buried), 'messages')
    redis.call('DEL', of('dead', buried))
    if redis.call('EXISTS', of('dead-journal', buried)) == 1 then
      redis.call('RENAME', of('dead-journal', buried), of('journal', thread))
    end
  end
  redis.call('HSET', of('turn', thread), 'messages', messages)
end

-- The new thread with the lowest place; its round is the one being served from now on.
local function next_ready()
  local popped = redis.call('ZPOPMIN', P .. 'ready')
  if not popped[1] then return nil end
  local thread, round = popped[1], math.floor(tonumber(popped[2]) / PLACES_A_ROUND)
  local channel = string.match(thread, '^[^:]*:[^:]*')
  redis.call('HSET', P .. 'clock', 'round', round)
  if tonumber(redis.call('HGET', P .. 'rounds', channel) or 0) <= round then
    redis.call('HDEL', P .. 'rounds', channel)
  end
  begin(thread)
  return thread
end

-- Tokens grow also where the counter was lost, with a failed primary or a flushed database: they
-- are no less than the time in microseconds.
local function fence()
  local precise = redis.call('TIME')
  local token = math.max(clock('fence') + 1, precise[1] * 1000000 + precise[2])
  redis.call('HSET', P .. 'clock', 'fence', token)
  return string.format('%.0f', token)
end

local thread = due('leases') or due('delayed') or next_ready()
if not thread then return wait() end

local turn, token = of('turn', thread), fence()
redis.call('ZREM', P .. 'delayed', thread)
redis.call('ZADD', P .. 'leases', time + lease, thread)
redis.call('HSET', turn, 'token', token)
local attempt = redis.call('HINCRBY', turn, 'attempt', 1)
if redis.call('EXISTS', P .. 'ready') == 1 or due('leases') or due('delayed') then wake() end
return {thread, redis.call('HGET', turn, 'messages'), token, attempt}

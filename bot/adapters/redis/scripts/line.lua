-- Tells who waits for a worker, to the one worker that is to tell them: it stays the one as long as
-- it asks in time.
-- ARGV: who asks, how long it stays the one (ms), how many threads at most: those that are ready, of
-- workspaces that share the turns by turns; then of those that wait for their share the first of each
-- workspace or channel, at most of so many of these
-- Returns a list of thread, number of those before it, and who asked (empty where that is not known)
-- by turns; an empty one to the others.

local who, stays, most = unpack(ARGV)
local herald = P .. 'herald'

if (redis.call('GET', herald) or who) ~= who then return {} end
redis.call('SET', herald, who, 'PX', stays)

-- Within a text the quotes would be escaped: this is the field.
local function asker(thread)
  local message = redis.call('LINDEX', of('inbox', thread), 0) or ''
  return string.match(message, '"author":"([^"]+)"') or ''
end

local line, left, told = {}, tonumber(most), {}
local function tell(thread, ahead)
  line[#line + 1] = thread
  line[#line + 1] = ahead
  line[#line + 1] = asker(thread)
  left = left - 1
end

local function tell_first(key, share)
  if share < 1 then return end
  for ahead, thread in ipairs(redis.call('ZRANGE', key, 0, share - 1)) do tell(thread, ahead - 1) end
end

-- Those that wait for their share, as the hash *kind* counts them, but for those that are told.
local function tell_share(kind)
  if left < 1 then return end
  local counts, names = redis.call('HSCAN', P .. kind, 0, 'COUNT', left)[2], {}
  for index = 1, #counts, 2 do
    if not told[counts[index]] then names[#names + 1] = counts[index] end
  end
  local share = math.max(1, math.floor(left / math.max(1, #names)))
  for _, name in ipairs(names) do tell_first(of(kind, name), math.min(share, left)) end
end

-- Each round takes one thread of each workspace, and in the first those that are no workspace's.
local ready = redis.call('ZRANGE', P .. 'ready', 0, left - 1)
local ahead, round, at = 0, 0, #ready > 0
while at and left > 0 do
  at = false
  for _, name in ipairs(ready) do
    local thread = round == 0 and name
    if not string.find(name, ':', 1, true) then
      told[name] = true
      thread = redis.call('ZRANGE', of('line', name), round, round)[1]
    end
    if thread and left > 0 then
      tell(thread, ahead)
      ahead, at = ahead + 1, true
    end
  end
  round = round + 1
end
tell_share('line')
tell_share('aside')
return line

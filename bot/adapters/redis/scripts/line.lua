-- Tells who waits for a worker, to the one worker that is to tell them: it stays the one as long as
-- it asks in time.
-- ARGV: who asks, how long it stays the one (ms), how many threads at most
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

local line = {}
local function tell(key)
  for ahead, thread in ipairs(redis.call('ZRANGE', key, 0, most - 1)) do
    line[#line + 1] = thread
    line[#line + 1] = ahead - 1
    line[#line + 1] = asker(thread)
  end
end

tell(P .. 'ready')
for _, channel in ipairs(redis.call('HKEYS', P .. 'aside')) do tell(of('aside', channel)) end
return line

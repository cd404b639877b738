-- Tells who waits for a worker, to the one worker that is to tell them: it stays the one as long as
-- it asks in time.
-- ARGV: who asks, how long it stays the one (ms), how many threads at most
-- Returns a list of thread and number of those before it by turns; an empty one to the others.

local who, stays, most = unpack(ARGV)
local herald = P .. 'herald'

if (redis.call('GET', herald) or who) ~= who then return {} end
redis.call('SET', herald, who, 'PX', stays)

local line = {}
local function tell(key)
  for ahead, thread in ipairs(redis.call('ZRANGE', key, 0, most - 1)) do
    line[#line + 1] = thread
    line[#line + 1] = ahead - 1
  end
end

tell(P .. 'ready')
for _, channel in ipairs(redis.call('HKEYS', P .. 'aside')) do tell(of('aside', channel)) end
return line

-- Tells who waits for a worker, to the one worker that is to tell them: it stays the one as long as
-- it asks in time.
-- ARGV: who asks, how long it stays the one (ms), how many threads at most: those in the line, then of
-- those that stand aside the first of each channel, at most of so many channels
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

local line, left = {}, tonumber(most)
local function tell(key, share)
  if share < 1 then return end
  for ahead, thread in ipairs(redis.call('ZRANGE', key, 0, share - 1)) do
    line[#line + 1] = thread
    line[#line + 1] = ahead - 1
    line[#line + 1] = asker(thread)
    left = left - 1
  end
end

tell(P .. 'ready', left)
if left < 1 then return line end
local channels = redis.call('HSCAN', P .. 'aside', 0, 'COUNT', left)[2]  -- by turns with their counts
local share = math.max(1, math.floor(left / (#channels / 2)))
for index = 1, #channels, 2 do tell(of('aside', channels[index]), math.min(share, left)) end
return line

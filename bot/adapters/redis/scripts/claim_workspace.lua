-- Notes that a process of a bot works in a workspace, unless another bot does.
-- ARGV: the bot, its process ('' only looks), and for how long (ms; 0: the process ends)
-- Returns the other bot; '' if there is none.

local record, bot, process, lasting = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local member = bot .. ' ' .. process

redis.call('ZREMRANGEBYSCORE', record, '-inf', now())
if lasting == 0 then
  redis.call('ZREM', record, member)
  return ''
end
for _, one in ipairs(redis.call('ZRANGE', record, 0, -1)) do
  local other = string.match(one, '^%S+')
  if other ~= bot then return other end
end
if process ~= '' then
  redis.call('ZADD', record, now() + lasting, member)
  redis.call('PEXPIRE', record, lasting)
end
return ''

-- Removes an installation, and what is known of the workspaces in which it may act.
-- KEYS: the prefix of the app's installations. ARGV: key, generation
-- Returns 1; 0, changing nothing, if another generation is stored, or none

local key = ARGV[1]
if redis.call('HGET', of('at', key), 'generation') ~= ARGV[2] then return 0 end
for _, team in ipairs(redis.call('HKEYS', of('teams', key))) do
  if redis.call('HGET', P .. 'organisations', team) == key then
    redis.call('HDEL', P .. 'organisations', team)
  end
end
local bot = redis.call('HGET', of('at', key), 'bot')
if bot then redis.call('SREM', of('bot', bot), key) end
redis.call('DEL', of('at', key), of('teams', key))
redis.call('ZREM', P .. 'keys', key)
redis.call('ZREM', P .. 'expiring', key)
return 1

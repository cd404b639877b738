-- Claims the delivery of a command, a click or a form, unless it is claimed or done.
-- KEYS[1] is its key. ARGV: token, lease (ms)
-- Returns {} if it is ours now, else whether it is done (1 or 0), and its answer if there is one.

local token, lease = unpack(ARGV)

if redis.call('HSETNX', P, 'token', token) == 1 then
  redis.call('PEXPIRE', P, lease)
  return {}
end
local known = redis.call('HMGET', P, 'done', 'answer')
return {known[1] and 1 or 0, known[2] or nil}

-- Notes what became of a delivery, unless another process has claimed it meanwhile.
-- KEYS[1] is its key. ARGV: token, ``done``, ``working`` or ``released``, how long that is kept
-- (ms), and its answer if there is one
-- Returns 1, or 0 if another process has it.

local token, state, keep, answer = unpack(ARGV)
local owner = redis.call('HGET', P, 'token')

if owner and owner ~= token then return 0 end
if state == 'released' then
  redis.call('DEL', P)
  return 1
end
redis.call('HSET', P, 'token', token)
if answer then redis.call('HSET', P, 'answer', answer) end
if state == 'done' then redis.call('HSET', P, 'done', 1) end
redis.call('PEXPIRE', P, keep)
return 1

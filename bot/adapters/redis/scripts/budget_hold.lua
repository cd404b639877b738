-- Holds what a request may cost under several limits; under none of them if one would be exceeded.
-- ARGV: turn, its claim's token, which request, for how long (ms), its conversation, how many tokens
-- that has if nobody knows, seconds to keep what was held and counters, then of each limit its
-- counter, unit, most, input, output, price of a token of the conversation, and 1 if it is firm
-- Returns 0; or the number of the limit, and what is spent, held and allowed besides there; or -1 if
-- the turn has a later claim
-- Doing it twice holds it once.

local turn, token, id, lease, conversation, unknown, keep, keep_counts = unpack(ARGV, 1, 8)
local kept = of('requests', turn)
if redis.call('HEXISTS', kept, id) == 1 then return {0} end
let_expired_go()
local latest = tonumber(redis.call('HGET', kept, '@token') or 0)
if tonumber(token) < latest then return {-1} end
if tonumber(token) > latest then
  let_go(turn)  -- of workers that have lost it
  redis.call('HSET', kept, '@token', token)
end

local is_let_through = redis.call('HEXISTS', kept, '@let_through') == 1
local size = tonumber(redis.call('GET', of('size', conversation)) or unknown)
local charges = {}
for n = 9, #ARGV, 7 do
  local counter, unit, most, input, output, rate, firm = unpack(ARGV, n, n + 6)
  local sent = math.ceil(input + size * rate)
  local amount = sent + output
  local now_there = redis.call('HMGET', of('spent', counter), 'spent', 'held', 'extra')
  local spent, held, extra = tonumber(now_there[1] or 0), tonumber(now_there[2] or 0), tonumber(now_there[3] or 0)
  if spent + held + amount > most + extra and (firm == '1' or not is_let_through) then
    return {(n - 2) / 7, spent, held, extra}
  end
  charges[#charges + 1] = {counter = counter, unit = unit, most = tonumber(most), input = sent, amount = amount}
end

for _, charge in ipairs(charges) do
  redis.call('HINCRBY', of('spent', charge.counter), 'held', charge.amount)
  redis.call('EXPIRE', of('spent', charge.counter), keep_counts)
end
redis.call('HSET', kept, id, cjson.encode({state = 'held', charges = charges}))
redis.call('HINCRBY', kept, '@open', 1)
redis.call('EXPIRE', kept, keep)
redis.call('ZADD', P .. 'holds', now() + lease, turn)
return {0}

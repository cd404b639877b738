-- Lets go what was held for a request, and counts what it has cost.
-- ARGV: turn, which request, 1 if it was cut (then its input counts besides), what it cost in money
-- and in tokens, its conversation, how many tokens that has now (or nothing), seconds to keep that,
-- then shares in percent, the greatest first
-- Returns, for each limit of which a share is spent for the first time, its number and the share
-- Doing it twice counts once.

local turn, id, cut, money, tokens, conversation, size, keep = unpack(ARGV, 1, 8)
local kept, shares = of('requests', turn), {}
if size ~= '' then redis.call('SET', of('size', conversation), size, 'EX', keep) end
local hold = cjson.decode(redis.call('HGET', kept, id) or '{"state": "done"}')
if hold.state == 'done' then return shares end

for place, charge in ipairs(hold.charges) do
  local counter = of('spent', charge.counter)
  local used = tonumber(charge.unit == 'money' and money or tokens)
  if cut == '1' then used = used + charge.input end
  if hold.state == 'gone' then used = used - charge.input end
  if hold.state == 'held' then redis.call('HINCRBY', counter, 'held', -charge.amount) end
  local spent = redis.call('HINCRBY', counter, 'spent', used)
  for n = 9, #ARGV do
    local told = string.format('told:%.0f:%s', charge.most, ARGV[n])
    if spent * 100 >= charge.most * ARGV[n] and redis.call('HSETNX', counter, told, 1) == 1 then
      shares[#shares + 1] = {place, tonumber(ARGV[n])}
      for smaller = n + 1, #ARGV do
        redis.call('HSETNX', counter, string.format('told:%.0f:%s', charge.most, ARGV[smaller]), 1)
      end
    end
  end
end

if hold.state == 'held' and redis.call('HINCRBY', kept, '@open', -1) <= 0 then
  redis.call('ZREM', P .. 'holds', turn)
end
hold.state = 'done'
redis.call('HSET', kept, id, cjson.encode(hold))
return shares

-- Reads the dead letters, the oldest first.
-- ARGV: how many at most
-- Returns a list of {turn, thread, messages, reason, attempts, at (ms)}.

local letters = {}
for _, turn in ipairs(redis.call('ZRANGE', P .. 'dead', 0, ARGV[1] - 1)) do
  local letter = redis.call('HMGET', of('dead', turn), 'thread', 'messages', 'reason', 'attempt', 'at')
  if letter[1] then
    table.insert(letter, 1, turn)
    letters[#letters + 1] = letter
  end
end
return letters

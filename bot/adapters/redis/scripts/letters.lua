-- Reads the dead letters, the oldest first, or one of them.
-- ARGV: how many to leave out, how many at most after these, which turn's if only that one
-- Returns a list of {turn, thread, messages, reason, attempts, at (ms)}.

local first, most, only = unpack(ARGV)
local letters = {}
local function turns()
  if not only then return redis.call('ZRANGE', P .. 'dead', first, first + most - 1) end
  return redis.call('ZSCORE', P .. 'dead', only) and {only} or {}  -- else it was put back
end

for _, turn in ipairs(turns()) do
  local letter = redis.call('HMGET', of('dead', turn), 'thread', 'messages', 'reason', 'attempt', 'at')
  if letter[1] then
    table.insert(letter, 1, turn)
    letters[#letters + 1] = letter
  end
end
return letters

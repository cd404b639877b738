-- Forgets edits that the router has read, but not those of messages that were edited again since.
-- KEYS: the edits. ARGV: a message's ts, and the edit's; again for each message

for index = 1, #ARGV, 2 do
  local edited = redis.call('HGET', KEYS[1], ARGV[index])
  if edited and tonumber(edited) <= tonumber(ARGV[index + 1]) then
    redis.call('HDEL', KEYS[1], ARGV[index])
  end
end

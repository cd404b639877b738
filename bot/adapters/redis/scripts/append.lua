-- Write an entry of a turn's journal. KEYS: prefix   ARGV: thread, token, entry
-- Returns 1, or 0 if the token is not the newest. Entries are unique: one that is there
-- already comes from a call whose answer got lost, and is not added again.
local p, thread = KEYS[1], ARGV[1]
if redis.call('HGET', p .. 'turn:' .. thread, 'token') ~= ARGV[2] then return 0 end
local journal = p .. 'journal:' .. thread
if not redis.call('LPOS', journal, ARGV[3]) then redis.call('RPUSH', journal, ARGV[3]) end
return 1

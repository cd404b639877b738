-- Appends a record to a workspace's audit log, if its end is still as it was read.
-- ARGV: number and hash of the last record as read, the record, its hash
-- Returns 1, or 0 if there is another end by now. The same again is appended once.

local number, before, record, hash = unpack(ARGV)
local head = P .. 'head'
local at = redis.call('HMGET', head, 'number', 'hash')

if at[2] == hash then return 1 end
if (at[1] or '0') ~= number or (at[2] or '') ~= before then return 0 end
redis.call('XADD', P .. 'log', '*', 'record', record, 'hash', hash)
redis.call('PERSIST', P .. 'log')  -- it expires where the app is gone
redis.call('PERSIST', head)
redis.call('HSET', head, 'number', number + 1, 'hash', hash)
return 1

-- What scripts share. In front of each is put what it uses of this (see scripting.py): a definition is
-- `local …` at the beginning of a line, up to the next such line or comment.
--
-- KEYS[1] is the prefix of a shard (see keys.py). It is no key itself, but its hash tag is that
-- of every key built from it, so that a Cluster runs the script where they all lie.
-- ARGV[1] is the thread, wherever a script is about one, and ARGV[2] its claim's token.

local P = KEYS[1]
local PLACES_A_ROUND = 1048576
local MOST_LOSSES = 10  -- of a turn by workers that live, or with which it got further; then they count as dead

local function of(kind, name)
  return P .. kind .. ':' .. name
end

-- Seconds and microseconds by the server's clock: clients' clocks disagree. A simulation replaces
-- this function, the only one that asks for the time.
local function server_time()
  return unpack(redis.call('TIME'))
end

-- Milliseconds since the epoch.
local function now()
  local seconds, microseconds = server_time()
  return seconds * 1000 + math.floor(microseconds / 1000)
end

-- Makes a thread ours, by the key of its standing; a muted one stays muted.
local function make_ours(standing, seconds)
  if redis.call('GET', standing) ~= 'muted' then redis.call('SET', standing, 'ours', 'EX', seconds) end
end

local function clock(field)
  return tonumber(redis.call('HGET', P .. 'clock', field) or 0)
end

-- Lets one waiting worker look again. It wakes the next, so one element is enough.
local function wake()
  if redis.call('LLEN', P .. 'wake') == 0 then
    redis.call('RPUSH', P .. 'wake', 1)
  end
end

-- Forgets how far each place of a gap has been searched.
local SEARCHED = 'at:'
local function forget_searched(record)
  for _, field in ipairs(redis.call('HKEYS', record)) do
    if string.sub(field, 1, #SEARCHED) == SEARCHED then redis.call('HDEL', record, field) end
  end
end

local function channel_of(thread)
  return string.match(thread, '^[^:]*:[^:]*')
end

local function team_of(thread)
  return string.match(thread, '^[^:]*')
end

-- Where it is remembered what became of the message *ts*: with those of its channel's hour, at some
-- twenty bytes each. Its field is the first 52 bits of a hash: Lua's numbers hold no more.
local function seen_with(thread, ts)
  local hour = math.floor(tonumber(ts) / 3600)
  local digest = tonumber(string.sub(redis.sha1hex(thread .. ':' .. ts), 1, 13), 16)
  return of('seen', channel_of(thread) .. ':' .. hour), string.format('%.0f', digest)
end

-- What is remembered of the message *ts*, false if nothing: the nonce with which it was put, 'deleted', or
-- who wished a stop.
local function seen(thread, ts)
  return redis.call('HGET', seen_with(thread, ts))
end

-- Remembers it for so many seconds at least.
local function note_seen(thread, ts, what, seconds)
  local kept, field = seen_with(thread, ts)
  redis.call('HSET', kept, field, what)
  if redis.call('TTL', kept) < tonumber(seconds) then redis.call('EXPIRE', kept, seconds) end
end

local function forget_seen(thread, ts)
  redis.call('HDEL', seen_with(thread, ts))
end

-- Adds to a count by channel or workspace and returns it; nothing is kept of one that has none.
local function count(kind, of_what, number)
  local left = redis.call('HINCRBY', P .. kind, of_what, number)
  if left <= 0 then redis.call('HDEL', P .. kind, of_what) end
  return left
end

-- Whether several workspaces share the turns. Then each has a line of its own, by the rounds of its channels,
-- and stands with its name, which has no colon, among those that are ready.
local function workspaces_share()
  return redis.call('HGET', P .. 'clock', 'shared') == '1'
end

local function next_place()
  return redis.call('HINCRBY', P .. 'clock', 'places', 1) % PLACES_A_ROUND
end

-- Gives a workspace that does not stand there a place in the next round.
local function line_up(team)
  if not redis.call('ZSCORE', P .. 'ready', team) then
    redis.call('ZADD', P .. 'ready', (clock('round') + 1) * PLACES_A_ROUND + next_place(), team)
  end
  wake()
end

local function join_line(thread, place)
  local team = team_of(thread)
  redis.call('ZADD', of('line', team), place, thread)
  count('line', team, 1)
  line_up(team)
end

-- A workspace's line is one shorter. Without any it stands nowhere, and its rounds are forgotten.
local function shorten_line(team)
  local left = count('line', team, -1)
  if left <= 0 then redis.call('HDEL', P .. 'rounds', team) end
  return left
end

-- Gives the thread a place: its channel's next round, and there after those who came before. Rounds are those of
-- all, or of its workspace alone if workspaces share the turns: *shared* says so (1 or 0), where it is known.
local function mark_ready(thread, shared)
  local channel, team = channel_of(thread), team_of(thread)
  local known = redis.call('HMGET', P .. 'clock', 'round', 'shared')
  if shared and shared ~= (known[2] or '0') then redis.call('HSET', P .. 'clock', 'shared', shared) end
  local is_shared = (shared or known[2]) == '1'
  local reached = redis.call('HMGET', P .. 'rounds', channel, team)
  local served = tonumber(is_shared and reached[2] or known[1] or 0)
  local round = math.max(tonumber(reached[1] or 0), served) + 1
  local place = round * PLACES_A_ROUND + next_place()
  redis.call('HSET', P .. 'rounds', channel, round)
  if is_shared then return join_line(thread, place) end
  redis.call('ZADD', P .. 'ready', place, thread)
  wake()
end

-- Gives a thread with an inbox a place, unless it has one, or a turn.
local function ready_if_idle(thread, shared)
  if redis.call('EXISTS', of('turn', thread)) == 0
      and not redis.call('ZSCORE', P .. 'ready', thread)
      and not redis.call('ZSCORE', of('line', team_of(thread)), thread)
      and not redis.call('ZSCORE', of('aside', channel_of(thread)), thread) then
    mark_ready(thread, shared)
  end
end

local function ready_if_waiting(thread)
  if redis.call('EXISTS', of('inbox', thread)) == 1 then ready_if_idle(thread) end
end

-- Lets the first who stood aside in the channel come forward again.
local function come_forward(channel)
  local next = redis.call('ZPOPMIN', of('aside', channel))
  if not next[1] then return end
  count('aside', channel, -1)
  if workspaces_share() then return join_line(next[1], next[2]) end
  redis.call('ZADD', P .. 'ready', next[2], next[1])
  wake()
end

-- Counts a turn of the thread's channel, and of its workspace if it shares the turns, as begun.
local function take_room(thread, is_shared)
  count('active', channel_of(thread), 1)
  if is_shared then count('active', team_of(thread), 1) end
end

-- Counts a turn of the thread's channel, and of its workspace, as over.
local function make_room(thread)
  local channel, team = channel_of(thread), team_of(thread)
  redis.call('HDEL', P .. 'stops', thread)
  count('active', channel, -1)
  come_forward(channel)
  if redis.call('HEXISTS', P .. 'active', team) == 0 then return end
  count('active', team, -1)
  if redis.call('HEXISTS', P .. 'line', team) == 1 then line_up(team) end
end

-- Takes from a thread the place where it waits; one that it came forward to goes to the next.
local function leave_line(thread)
  local channel, team = channel_of(thread), team_of(thread)
  local is_in_line = redis.call('ZREM', of('line', team), thread) == 1
  if is_in_line and shorten_line(team) <= 0 then redis.call('ZREM', P .. 'ready', team) end
  if redis.call('ZREM', P .. 'ready', thread) == 1 or is_in_line then come_forward(channel) end
  if redis.call('ZREM', of('aside', channel), thread) == 1 then count('aside', channel, -1) end
end

-- A thread without messages takes no place any more.
local function forget_if_empty(thread)
  if redis.call('EXISTS', of('inbox', thread)) == 0 then leave_line(thread) end
end

-- Returns the index of the message *ts* in the thread's inbox, and its entry; nothing if it does not wait.
local function waiting(thread, ts)
  for index, entry in ipairs(redis.call('LRANGE', of('inbox', thread), 0, -1)) do
    if string.sub(entry, 1, 1) ~= '@' and cjson.decode(string.sub(entry, 2)).ts == ts then
      return index - 1, entry
    end
  end
end

-- Removes the message *ts* from the thread's inbox. Returns 1, or 0 if it does not wait (any more).
local function take_back(thread, ts)
  local _, entry = waiting(thread, ts)
  if not entry then return 0 end
  redis.call('LREM', of('inbox', thread), 1, entry)
  forget_if_empty(thread)
  return 1
end

-- Tokens grow also where the counter was lost, with a failed primary or a flushed database: they
-- are no less than the time in microseconds.
local function fence()
  local seconds, microseconds = server_time()
  local token = math.max(clock('fence') + 1, seconds * 1000000 + microseconds)
  redis.call('HSET', P .. 'clock', 'fence', token)
  return string.format('%.0f', token)
end

local function holds(thread, token)
  return redis.call('HGET', of('turn', thread), 'token') == token
end

-- Where it is noted that a claim is over: with those taken in the same second, at eight bytes each.
local function claims_ended(token)
  return of('ended', string.sub(token, 1, -7))
end

-- Notes that the claim is over, so that saying so twice is no error.
local function end_claim(thread, token, seconds)
  redis.call('ZREM', P .. 'leases', thread)
  redis.call('SADD', claims_ended(token), token)
  redis.call('EXPIRE', claims_ended(token), seconds)
end

-- Counts a worker that lost the turn and lives as no dead one; false if the turn has lost too many,
-- as one would that blocks its worker for longer than a lease.
local function forgive(turn)
  if tonumber(redis.call('HGET', turn, 'losses') or 0) >= MOST_LOSSES then return false end
  redis.call('HINCRBY', turn, 'losses', 1)
  return true
end

-- What to answer a worker that does not hold the turn: 1 if it ended the claim itself before.
local function ended(token)
  return redis.call('SISMEMBER', claims_ended(token), token)
end

-- Notes who had a turn tried again, or at once: it has the rights of the least of its authors.
local function note_press(turn, by)
  local before = redis.call('HGET', turn, 'pressed')
  if by ~= '' then redis.call('HSET', turn, 'pressed', before and before .. ' ' .. by or by) end
end

-- Lets a turn that waits for the model's side be tried now, besides its schedule: if that fails, it
-- waits on until it would have been tried anyway.
local function hurry(thread)
  local turn, due = of('turn', thread), redis.call('ZSCORE', P .. 'delayed', thread)
  if redis.call('SREM', P .. 'outage', thread) == 0 or not due then return 0 end
  redis.call('HSETNX', turn, 'due', due)
  redis.call('HINCRBY', turn, 'postponed', -1)
  redis.call('ZADD', P .. 'delayed', now(), thread)
  wake()
  return 1
end

-- Hurries some of the turns that wait for the model's side, each once before its time: those that
-- it answers then hurry others.
local function hurry_some(most)
  for _, thread in ipairs(redis.call('SRANDMEMBER', P .. 'outage', 4 * most)) do
    if most == 0 then return end
    if redis.call('HEXISTS', of('turn', thread), 'due') == 0 then most = most - hurry(thread) end
  end
end

-- What this server is called until another one takes over, or it is started anew; nothing if we may
-- not know.
local function server_id()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%x+)')
end

-- Forgets a last state, by its name in the line of those that wait.
local function forget_state(name)
  local thread, about = string.match(name, '^(%S+) (.+)$')
  redis.call('ZREM', P .. 'outbox', name)
  redis.call('HDEL', of('outbox', thread), about)
end

-- Lets go what a turn holds of budgets, where nobody renews it any more: a request was sent, and so
-- its input counts as spent.
local function let_go(turn)
  local kept = of('requests', turn)
  redis.call('ZREM', P .. 'holds', turn)
  redis.call('HDEL', kept, '@open')
  for _, id in ipairs(redis.call('HKEYS', kept)) do
    local hold = string.sub(id, 1, 1) ~= '@' and cjson.decode(redis.call('HGET', kept, id))
    if hold and hold.state == 'held' then
      for _, charge in ipairs(hold.charges) do
        redis.call('HINCRBY', of('spent', charge.counter), 'held', -charge.amount)
        redis.call('HINCRBY', of('spent', charge.counter), 'spent', charge.input)
      end
      hold.state = 'gone'
      redis.call('HSET', kept, id, cjson.encode(hold))
    end
  end
end

local function let_expired_go()
  for _, turn in ipairs(redis.call('ZRANGEBYSCORE', P .. 'holds', '-inf', now())) do let_go(turn) end
end

-- Notes when the token of an installation expires, if another can be had for it.
local function note_expiry(key)
  local at, lost = unpack(redis.call('HMGET', of('at', key), 'expires_at', 'needs_reinstall'))
  if tonumber(at) > 0 and lost ~= '1' then
    redis.call('ZADD', P .. 'expiring', at, key)
  else
    redis.call('ZREM', P .. 'expiring', key)
  end
end

-- Leases a turn: one whose lease has expired, else one whose delay is over or the next new one.
-- ARGV: lease (ms), most messages in one turn, longest wait (ms), most turns of one channel, and of one
-- workspace (0: any number)
-- Returns {thread, messages, token, attempt, failed tries, dead workers, whether what was done in the
-- turn may be forgotten (1 or 0), who had it tried again or at once, whether the thread's first message was
-- put after others, whether the journal is empty, whether the thread's links may be old (1 or 0 each)}; or {ms until something may be due}.

local lease, most, longest, room = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local team_room = tonumber(ARGV[5] or 0)
local time = now()
local CALM = 10000  -- ms, for each worker that lost the turn but the first
local MOST_CALMS = 6
local FARTHEST = 30 * 60 * 1000  -- ms; no lease and no delay is as long

local SKEW = 5000  -- ms between Slack's clock and this one

-- When another server took over, or this one was started anew: what was written in the moment before
-- may be lost.
local function taken_over()
  local id = server_id()
  local known = redis.call('HMGET', P .. 'clock', 'server', 'taken_over')
  if not id or known[1] == id then return tonumber(known[2] or 0) end
  local at = known[1] and time or 0
  redis.call('HSET', P .. 'clock', 'server', id, 'taken_over', at)
  return at
end

-- Whether a turn was asked for before that. Then more may have been done in it than its journal says;
-- also in one that seems to be new.
local function in_doubt(messages, at)
  local asked = tonumber(string.match(messages or '', '"ts":%s*"(%d+)') or 0)
  return at > 0 and asked * 1000 < at + SKEW
end

-- Whether the thread's links are from before that, and nobody has compared them with others since.
local function has_old_links(thread, at)
  if at == 0 or tonumber(string.match(thread, '[^:]*$')) * 1000 > at then return false end
  local links = redis.call('HMGET', of('links', thread), '@router', '@checked')
  return links[1] and tonumber(links[2] or 0) < at
end

local function first(kind)
  return redis.call('ZRANGE', P .. kind, 0, 0, 'WITHSCORES')
end

local function due(kind)
  local entry = first(kind)
  return entry[1] and tonumber(entry[2]) <= time and entry[1]
end

-- If the server's clock was set back, entries seem due in the far future: bring them forward.
local function bring_near(kind, farthest)
  local last = redis.call('ZRANGE', P .. kind, 0, 0, 'REV', 'WITHSCORES')
  if last[1] and tonumber(last[2]) > time + farthest then
    redis.call('ZADD', P .. kind, time + lease, last[1])
  end
end

local function wait()
  local soonest = time + longest
  for _, kind in ipairs({'leases', 'delayed'}) do
    soonest = math.min(soonest, tonumber(first(kind)[2] or soonest))
  end
  return {math.max(1, soonest - time)}
end

-- Takes messages from the inbox: a single one that stands alone, or all up to the next of those.
local function gather(thread)
  local inbox = of('inbox', thread)
  local messages = {}
  for _, entry in ipairs(redis.call('LRANGE', inbox, 0, most - 1)) do
    local kind = string.sub(entry, 1, 1)
    if #messages > 0 and kind ~= '+' then break end
    messages[#messages + 1] = string.sub(entry, 2)
    if kind == '@' then
      redis.call('LPOP', inbox)
      return nil, messages[1]
    end
    if kind == '!' then break end
  end
  redis.call('LTRIM', inbox, #messages, -1)
  return '[' .. table.concat(messages, ',') .. ']'
end

local function begin(thread, is_shared)
  local messages, buried = gather(thread)
  if buried then
    local letter = redis.call('HMGET', of('dead', buried), 'messages', 'deaths', 'poisoned', 'pressed')
    messages = letter[1]
    local deaths = tonumber(letter[2] or 0) - (letter[3] and 1 or 0)  -- one more may die with it
    if deaths > 0 then redis.call('HSET', of('turn', thread), 'deaths', deaths) end
    note_press(of('turn', thread), letter[4] or '')
    redis.call('DEL', of('dead', buried))
    if redis.call('EXISTS', of('dead-journal', buried)) == 1 then
      redis.call('RENAME', of('dead-journal', buried), of('journal', thread))
    end
  end
  redis.call('HSET', of('turn', thread), 'messages', messages)
  take_room(thread, is_shared)
end

-- The round of a thread that is served is the one being served from now on.
local function forget_round(channel, round)
  if tonumber(redis.call('HGET', P .. 'rounds', channel) or 0) <= round then
    redis.call('HDEL', P .. 'rounds', channel)
  end
end

local function has_room(of_what, limit)
  return tonumber(redis.call('HGET', P .. 'active', of_what) or 0) < limit
end

local function set_aside(thread, place)
  local channel = channel_of(thread)
  redis.call('ZADD', of('aside', channel), place, thread)
  count('aside', channel, 1)
end

local function round_of(place)
  return math.floor(tonumber(place) / PLACES_A_ROUND)
end

-- The first thread in the line of a workspace whose turn it is, at *place*, and the round of its channel. The
-- workspace stands there again in the next round, or at once if that thread has to stand aside; not while
-- it has its share of turns: see make_room.
local function next_of(team, place)
  if team_room > 0 and not has_room(team, team_room) then return nil end
  local popped = redis.call('ZPOPMIN', of('line', team))
  local thread, own = popped[1], popped[2]
  if not thread then return nil end
  local left, goes_ahead = shorten_line(team), has_room(channel_of(thread), room)
  if left > 0 then redis.call('ZADD', P .. 'ready', place + (goes_ahead and PLACES_A_ROUND or 0), team) end
  if not goes_ahead then return set_aside(thread, own) end
  local round, served = round_of(own), tonumber(redis.call('HGET', P .. 'rounds', team) or 0)
  if left > 0 and round > served then redis.call('HSET', P .. 'rounds', team, round) end
  return thread, round
end

local function next_alone(thread, place)
  if not has_room(channel_of(thread), room) then return set_aside(thread, place) end
  return thread, round_of(place)
end

-- The new thread with the lowest place. Threads whose channel already has its share of turns are
-- set aside until one of these ends, at most 200 in one call, so that it does not block others.
local function next_ready()
  local known = redis.call('HMGET', P .. 'clock', 'round', 'shared')
  for _ = 1, 200 do
    local popped = redis.call('ZPOPMIN', P .. 'ready')
    local name, place = popped[1], popped[2]
    if not name then return nil end
    local next = string.find(name, ':', 1, true) and next_alone or next_of
    local thread, round = next(name, place)
    if thread then
      redis.call('HSET', P .. 'clock', 'round', math.max(round_of(place), tonumber(known[1] or 0)))
      forget_round(channel_of(thread), round)
      begin(thread, known[2] == '1')
      return thread
    end
  end
  wake()
end

-- One whose delay is over, else a new one. Where workspaces share the turns, by turns: else one whose
-- turns are all tried again and again would be served before the others.
local function delayed_or_new()
  local again = due('delayed')
  if not again or not workspaces_share() then return again or next_ready() end
  local new = clock('tried') == 1 and next_ready()
  redis.call('HSET', P .. 'clock', 'tried', new and 0 or 1)
  return new or again
end

-- Releases a thread whose holder was a command that died; false if it was no command.
local function given_back(thread)
  if redis.call('HEXISTS', of('turn', thread), 'held') == 0 then return false end
  redis.call('ZREM', P .. 'leases', thread)
  redis.call('DEL', of('turn', thread))
  make_room(thread)
  ready_if_waiting(thread)
  return true
end

-- Returns how many entries the journal holds that no earlier attempt had written before.
local function news(thread)
  local repeats = redis.call('HGET', of('turn', thread), 'repeats') or 0
  return redis.call('LLEN', of('journal', thread)) - tonumber(repeats)
end

-- Counts who lost the turn: a worker that lives if it has said so (see note_lost), else a dead one,
-- until it says so. Where the turn got further with it than with those before, it did not die of
-- that: workers may be restarted faster than a turn is answered. Returns how many have lost it.
local function count_lost(thread)
  local turn = of('turn', thread)
  local held = redis.call('HMGET', turn, 'token', 'alive', 'entries')
  local before = tonumber(held[3] or 0)
  local got_further = before > 0 and news(thread) > before
  local lives = held[1] and held[1] == held[2]
  if not ((lives or got_further) and forgive(turn)) then
    redis.call('HINCRBY', turn, 'deaths', 1)
    if held[1] then redis.call('HSET', turn, 'dead:' .. held[1], 1) end
  end
  local counts = redis.call('HMGET', turn, 'deaths', 'losses')
  return tonumber(counts[1] or 0) + tonumber(counts[2] or 0)
end

-- A turn whose lease has expired: its worker died or was cut off. A turn that repeatedly loses its
-- worker is delayed longer each time, with jitter, apart from the others lost with that worker.
local function lapsed()
  local thread = due('leases')
  while thread do
    if not given_back(thread) then
      local times = count_lost(thread)
      if times < 2 then return thread end
      local chance = tonumber(string.sub(redis.sha1hex(thread .. times), 1, 4), 16) / 65536
      local pause = math.floor(math.min(times - 1, MOST_CALMS) * CALM * (0.5 + chance))
      redis.call('HDEL', of('turn', thread), 'token')
      redis.call('ZREM', P .. 'leases', thread)
      redis.call('ZADD', P .. 'delayed', time + pause, thread)
    end
    thread = due('leases')
  end
end

bring_near('leases', FARTHEST)
bring_near('delayed', FARTHEST)
local thread = lapsed() or delayed_or_new()
if not thread then return wait() end

local turn, token = of('turn', thread), fence()
redis.call('ZREM', P .. 'delayed', thread)
redis.call('SREM', P .. 'outage', thread)
redis.call('ZADD', P .. 'leases', time + lease, thread)
redis.call('HSET', turn, 'token', token, 'entries', news(thread))
local attempt = redis.call('HINCRBY', turn, 'attempt', 1)
if redis.call('EXISTS', P .. 'ready') == 1 or due('leases') or due('delayed') then wake() end
local kept = redis.call('HMGET', turn, 'messages', 'postponed', 'deaths', 'pressed')
local counts = {tonumber(kept[2] or 0), tonumber(kept[3] or 0)}
local at = taken_over()
local doubt, old = in_doubt(kept[1], at) and 1 or 0, has_old_links(thread, at) and 1 or 0
local overtaken = redis.call('EXISTS', of('overtaken', thread))
local is_new = 1 - redis.call('EXISTS', of('journal', thread))
return {thread, kept[1], token, attempt, counts[1], counts[2], doubt, kept[4] or '', overtaken, is_new, old}

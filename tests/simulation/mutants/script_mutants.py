"""Bugs in the Lua, and in what calls it."""

from tests.simulation.mutants.mutant import Mutant, units

_LUA = "bot/adapters/redis/scripts"
_QUEUE = units("contracts/test_turn_queue.py", "adapters/redis/queue/test_turn_queue.py")
_SHARED = units("contracts/test_shared_queue.py")
_CHORES = units("contracts/test_chore_store.py")
_OUTBOX = units("contracts/test_outbox.py")
_BUDGETS = units("contracts/test_budget_store.py")
_APPROVALS = units("contracts/test_approval_store.py")

_REPORTS = units("contracts/test_report_store.py")

SCRIPTS = (
    Mutant(
        "budget without what others hold",
        f"{_LUA}/budget_hold.lua",
        "if spent + held + amount > most + extra",
        "if spent + amount > most + extra",
        _BUDGETS,
    ),
    Mutant(
        "budget checked limit by limit",
        f"{_LUA}/budget_hold.lua",
        "  charges[#charges + 1] = {counter",
        "  redis.call('HINCRBY', of('spent', counter), 'held', amount)\n"
        "  charges[#charges + 1] = {counter",
        _BUDGETS,
    ),
    Mutant(
        "settled twice",
        f"{_LUA}/budget_settle.lua",
        "hold.state = 'done'",
        "hold.state = hold.state",
        _BUDGETS,
    ),
    Mutant(
        "held for ever by who died",
        f"{_LUA}/budget_hold.lua",
        "let_go(turn)  -- of workers that have lost it",
        "",
        _BUDGETS,
    ),
    Mutant(
        "usage counted again with each save",
        f"{_LUA}/report.lua",
        "if redis.call('HEXISTS', kept, ts) == 0 then",
        "do",
        _REPORTS,
    ),
    Mutant(
        "usage by channel and person kept for ever",
        f"{_LUA}/report.lua",
        "if counts ~= last then redis.call",
        "if n == 9 then redis.call",
        _REPORTS,
    ),
    Mutant(
        "people with a longer id forgotten as well",
        "bot/adapters/redis/stores/report_store.py",
        'if one.startswith(f"{name} ")]',
        "if one.startswith(name)]",
        _REPORTS,
    ),
    Mutant(
        "direct messages counted by their channel",
        "bot/panel/reports/usage_counts.py",
        'DIRECT if channel.startswith("D") else channel',
        "channel",
        _REPORTS,
    ),
    Mutant(
        "claim with the token of the last",
        f"{_LUA}/common.lua",
        "local token = math.max(clock('fence') + 1, seconds * 1000000 + microseconds)",
        "local token = math.max(clock('fence'), 1)",
        _QUEUE,
    ),
    Mutant(
        "a claim that everybody holds",
        f"{_LUA}/common.lua",
        "  return redis.call('HGET', of('turn', thread), 'token') == token",
        "  return redis.call('EXISTS', of('turn', thread)) == 1",
        _QUEUE,
    ),
    Mutant(
        "done without fencing",
        f"{_LUA}/done.lua",
        "if not holds(thread, token) then return ended(token) end",
        "",
        _QUEUE,
    ),
    Mutant(
        "renewed without fencing",
        f"{_LUA}/renew.lua",
        "if not holds(thread, token) then return 0 end",
        "",
        _QUEUE,
    ),
    Mutant(
        "journal entry without fencing",
        f"{_LUA}/append.lua",
        "if not holds(thread, token) then return 0 end",
        "",
        _QUEUE,
    ),
    Mutant(
        "journal entry written twice",
        f"{_LUA}/append.lua",
        "if redis.call('LPOS', journal, ARGV[#ARGV]) then return 1 end",
        "",
        units("adapters/redis/connection/test_client.py", only="in_the_journal_once"),
    ),
    Mutant(
        "released without fencing",
        f"{_LUA}/release.lua",
        "if not holds(thread, token) then return ended(token) end",
        "",
        _QUEUE,
    ),
    Mutant(
        "released turn kept by whoever held it",
        f"{_LUA}/release.lua",
        "redis.call('HDEL', turn, 'token')\n",
        "",
        _QUEUE,
    ),
    Mutant(
        "delayed turn lost",
        f"{_LUA}/release.lua",
        "redis.call('ZADD', P .. 'delayed', at, thread)\n",
        "",
        _QUEUE,
    ),
    Mutant(
        "delay forgotten",
        f"{_LUA}/release.lua",
        "local at, due = time + delay,",
        "local at, due = time,",
        _QUEUE,
    ),
    Mutant(
        "duplicate of a message accepted",
        f"{_LUA}/put.lua",
        "  return redis.call('HGET', kept, field) == nonce and 1 or 0\n",
        "",
        _QUEUE,
    ),
    Mutant(
        "message known by its ts in all threads of a channel",
        f"{_LUA}/common.lua",
        "redis.sha1hex(thread .. ':' .. ts)",
        "redis.sha1hex(ts)",
        _QUEUE,
    ),
    Mutant(
        "workspace served again and again before the others",
        f"{_LUA}/claim.lua",
        "place + (goes_ahead and PLACES_A_ROUND or 0)",
        "place",
        _SHARED,
    ),
    Mutant(
        "line of a workspace forgotten once it had its share of turns",
        f"{_LUA}/common.lua",
        "if redis.call('HEXISTS', P .. 'line', team) == 1 then line_up(team) end",
        "",
        _SHARED,
    ),
    Mutant(
        "turns tried again before those of all other workspaces",
        f"{_LUA}/claim.lua",
        "local new = clock('tried') == 1 and next_ready()",
        "local new = false",
        _SHARED,
    ),
    Mutant(
        "last states of a workspace that Slack limits keep others waiting",
        f"{_LUA}/outbox_claim.lua",
        "if not busy[team_of(states[index])] then",
        "if true then",
        _OUTBOX,
    ),
    Mutant(
        "chores of a workspace that has many done before all others",
        f"{_LUA}/chore_team.lua",
        "math.max(after, now())",
        "after",
        _CHORES,
    ),
    Mutant(
        "message lost when its thread has a turn",
        f"{_LUA}/done.lua",
        "make_room(thread)\nready_if_waiting(thread)",
        "make_room(thread)",
        _QUEUE,
    ),
    Mutant(
        "last state settled by whoever lost it",
        f"{_LUA}/outbox_settle.lua",
        "if not state or state.sender ~= token then return end",
        "if not state then return end",
        _OUTBOX,
    ),
    Mutant(
        "last state of a lost turn kept",
        f"{_LUA}/outbox_put.lua",
        "if token ~= '' and not holds(thread, token) then return -1 end",
        "",
        _OUTBOX,
    ),
    Mutant(
        "approval decided twice",
        f"{_LUA}/approval_enter.lua",
        " or (known and known ~= verdict) then return 0 end",
        " then return 0 end",
        _APPROVALS,
    ),
    Mutant(
        "verdict queued twice",
        f"{_LUA}/approval_enter.lua",
        "if known then return 2 end\n",
        "",
        _APPROVALS,
    ),
    Mutant(
        "delivery acted on twice",
        f"{_LUA}/claim_delivery.lua",
        "if redis.call('HSETNX', P, 'token', token) == 1 then",
        "if redis.call('HSET', P, 'token', token) then",
        units("contracts/test_delivery_store.py"),
    ),
    Mutant(
        "delivery noted by whoever lost it",
        f"{_LUA}/note_delivery.lua",
        "if owner and owner ~= token then return 0 end",
        "",
        units("contracts/test_delivery_store.py"),
    ),
    Mutant(
        "items of a conversation added twice",
        f"{_LUA}/kept_add.lua",
        "if redis.call('HGET', head, 'token') == ARGV[3] then return 1 end\n",
        "",
        units("adapters/redis/stores/test_conversation_store.py"),
    ),
    Mutant(
        "links saved without fencing",
        f"{_LUA}/save_links.lua",
        "if token ~= '' and not holds(thread, token) then return 0 end",
        "",
        units("contracts/test_thread_store.py"),
    ),
    Mutant(
        "question counted twice",
        f"{_LUA}/count_question.lua",
        "  if not redis.call('ZSCORE', log, question) then",
        "  if true then",
        units("contracts/test_question_counter.py"),
    ),
    Mutant(
        "conversation written by whoever was overtaken",
        f"{_LUA}/kept_add.lua",
        "if redis.call('LLEN', items) ~= tonumber(ARGV[2]) then return 0 end\n",
        "",
        units("adapters/redis/stores/test_conversation_store.py"),
    ),
)  # fmt: skip

"""Spending, counted in Redis: all of it in one slot, so that one script sees every limit."""

from collections.abc import Mapping, Sequence

from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection, Script, milliseconds
from bot.panel.budgets.budget_store import BudgetStore, Charge, Hold, Short, Spent
from bot.panel.budgets.limits import Unit
from bot.panel.errors import TurnLost
from bot.panel.model import TurnId

_HOLD, _RENEW, _SETTLE, _READ = map(
    Script, ("budget_hold", "budget_renew", "budget_settle", "budget_read")
)
_PREFIX = keys.BUDGETS
_UNKNOWN = 4_000  # tokens of a conversation that nothing was settled of
_SHARES = (95, 75)  # percent of a limit that are told of


class RedisBudgetStore(BudgetStore):
    """A hash for each counter, and one for what each turn holds."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def hold(self, hold: Hold, charges: Sequence[Charge], seconds: float) -> Short | None:
        args: list[str | int] = [hold.turn, hold.token, hold.id, milliseconds(seconds)]
        args += [hold.conversation, _UNKNOWN, keys.HELD_FOR, keys.SPENT_FOR]
        for one in charges:
            args += [one.counter, one.unit, one.most, one.input, one.output, f"{one.rate:.6f}"]
            args.append(int(one.is_firm))
        place, *spent = await _HOLD(self._redis, _PREFIX, *args)
        if place < 0:
            raise TurnLost(hold.turn)
        return Short(place - 1, Spent(*spent)) if place else None

    async def renew(self, turn: TurnId, seconds: float) -> None:
        await _RENEW(self._redis, _PREFIX, turn, milliseconds(seconds))

    async def settle(
        self, hold: Hold, used: Mapping[Unit, int], *, cut: bool, size: int | None
    ) -> Sequence[tuple[int, int]]:
        args = (int(cut), used[Unit.MONEY], used[Unit.TOKENS], hold.conversation)
        known = ("" if size is None else size, keys.THREAD_FOR, *_SHARES)
        shares = await _SETTLE(self._redis, _PREFIX, hold.turn, hold.id, *args, *known)
        return [(place - 1, percent) for place, percent in shares]

    async def read(self, counters: Sequence[str]) -> Sequence[Spent]:
        counts = await _READ(self._redis, _PREFIX, *counters) if counters else ()
        return [Spent(*(int(one or 0) for one in count)) for count in counts]

    async def counters(self, pattern: str) -> Sequence[str]:
        kind = f"{_PREFIX}spent:"
        found = self._redis.scan_iter(f"{kind}{pattern}", count=1_000)
        return [key.removeprefix(kind) async for key in found]

    async def top_up(self, counter: str, amount: int) -> None:
        key = f"{_PREFIX}spent:{counter}"
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hincrby(key, "extra", amount)
            pipe.expire(key, keys.SPENT_FOR)
            await pipe.execute()

    async def let_through(self, turn: TurnId) -> None:
        key = f"{_PREFIX}requests:{turn}"
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, "@let_through", 1)
            pipe.expire(key, keys.HELD_FOR)
            await pipe.execute()

"""The ledger: holds what a request may cost at most before it is sent, and settles it afterwards.

1. Nothing is sent that was not held under every limit that concerns it. Where the store is away, so
   are the models: StoreUnavailable.
2. A hold is renewed with the turn's lease. One that nobody renews is let go.
3. What a model without a price uses costs as much as with the dearest. Nothing is free.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from itertools import count
from math import ceil
from types import TracebackType

from bot import runtime
from bot.panel import observing
from bot.panel.alerts.alerts import AlertKind, Alerts
from bot.panel.budgets import sentences
from bot.panel.budgets.budget_store import BudgetStore, Charge, Hold, Spent
from bot.panel.budgets.limits import MILLION, Account, Level, Limit, Unit, applying, read_all
from bot.panel.budgets.periods import span
from bot.panel.errors import ModelFault, ModelRefused, PanelError, StoreUnavailable
from bot.panel.model import Claim, ExpertName, TurnId, UserId
from bot.panel.observing import Measure
from bot.panel.prices import Prices
from bot.panel.retries import Backoff, retry
from bot.panel.usage import NO_USAGE, Usage, of_request

log = logging.getLogger(__name__)

_RETRY = (0.1, 0.5, 1.0, 2.0)  # seconds


class OverBudget(ModelRefused):
    """A budget does not allow a request; *sentence* says which, and when it begins anew."""

    def __init__(self, sentence: str, limit: Limit) -> None:
        super().__init__(ModelFault.BUDGET, f"{limit}")
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one request may use at most, besides what its conversation holds already."""

    model: str
    conversation: str
    sent: int  # tokens
    written: int  # tokens
    calls: Mapping[str, int]  # of tools that may cost by call


class Ledger:
    """Keeps the accounts of one workspace in *store*, within *limits* and those people have set."""

    def __init__(
        self,
        store: BudgetStore,
        prices: Prices,
        limits: Sequence[Limit],
        zone: tzinfo,
        alerts: Alerts | None = None,
        *,
        seconds: float = 30,
        is_bounded: bool = False,
    ) -> None:
        self.store = store
        self.prices = prices
        self.limits = limits
        self.is_bounded = is_bounded  # the workspace: it may not raise what it may spend
        self.zone = zone
        self.alerts = alerts
        self.seconds = seconds  # that something is held for, unless it is renewed
        self.open = Counter[str]()  # requests that hold something, by turn
        self.numbers = count()
        self.tasks: set[asyncio.Task[None]] = set()

    def account(
        self, claim: Claim, people: Sequence[UserId], expert: ExpertName | None, own: str
    ) -> Account | None:
        """Return who pays in the turn of *claim*, with the workspace's *own* limits; None: nobody.

        *people* have a part in the turn; *expert* is asked: None if it is the router.
        """
        if not (own or self.limits):
            return None
        thread = claim.turn.thread
        ids = {
            Level.DEPLOYMENT: ("",),
            Level.WORKSPACE: ("",),
            Level.CHANNEL: (thread.channel_id,),
            Level.PERSON: tuple(filter(None, people)),
            Level.EXPERT: (expert,) if expert else (),
        }
        limits = applying(read_all(own), self.limits, ids, is_bounded=self.is_bounded)
        return Account(claim, limits) if limits else None

    def counter(self, limit: Limit, team_id: str) -> str:
        name, unit = span(limit.period, runtime.time(), self.zone).name, limit.unit
        if limit.level is Level.DEPLOYMENT:
            return f"{limit.level}:{name}:{unit}"
        return f"{limit.level}:{team_id}:{limit.of}:{name}:{unit}"

    async def standings(self, limits: Sequence[Limit], team_id: str) -> Sequence[Spent]:
        """Return how much of each of *limits* is spent. Raises StoreUnavailable."""
        return await self.store.read([self.counter(limit, team_id) for limit in limits])

    async def spenders(self, limit: Limit, team_id: str) -> Sequence[tuple[Limit, Spent]]:
        """Return *limit* for everybody who has spent something. Slow."""
        is_each = limit.level not in (Level.DEPLOYMENT, Level.WORKSPACE) and not limit.of
        limits = [limit]
        if is_each:
            pattern = self.counter(replace(limit, of="*"), team_id)
            before, after = pattern.split("*")
            found = await self.store.counters(pattern)
            ids = sorted(one.removeprefix(before).removesuffix(after) for one in found)
            limits = [replace(limit, of=of) for of in ids]
        spent = await self.standings(limits, team_id)
        return [*zip(limits, spent, strict=True)]

    async def renew(self, turn: TurnId) -> None:
        """Hold on to what *turn* holds, if anything."""
        if not self.open[turn]:
            return
        try:
            await self.store.renew(turn, self.seconds)
        except StoreUnavailable as error:
            log.warning("budget.not_renewed", extra={"turn": turn, "reason": str(error)})

    def charges(self, account: Account, expected: Estimate) -> Sequence[Charge]:
        model, team = expected.model, account.claim.turn.thread.team_id
        sent = self.money(model, of_request(Usage(expected.sent), written=expected.sent))
        written = Usage(output=expected.written)
        output = self.money(model, of_request(written, calls=expected.calls))
        tokens = 1_000
        rate = self.money(model, of_request(Usage(tokens), written=tokens)) / tokens
        costs = {
            Unit.MONEY: (sent, output, rate),
            Unit.TOKENS: (expected.sent, expected.written, 1.0),
        }
        return [
            Charge(
                self.counter(one, team),
                one.unit,
                one.most or 0,
                *costs[one.unit],
                is_firm=one.level is Level.DEPLOYMENT,
            )
            for one in account.limits
        ]

    def money(self, model: str, usage: Usage) -> int:
        """Return what *usage* costs, in millionths of a dollar, rounded up."""
        return ceil(self.prices.cautious_cost(model, usage) * MILLION)

    def refusal(self, limit: Limit, spent: Spent) -> OverBudget:
        until = span(limit.period, runtime.time(), self.zone)
        most = (limit.most or 0) + spent.extra
        is_spent = spent.spent >= most
        sentence = sentences.exceeded(limit, most - spent.spent, until, is_spent=is_spent)
        return OverBudget(sentence, limit)


class Bill:
    """What one request may cost, and has cost: held inside the block, then settled."""

    def __init__(self, ledger: Ledger, account: Account, expected: Estimate) -> None:
        self._ledger = ledger
        self._account = account
        self._expected = expected
        self._seen = 0  # tokens, of an answer that has not ended
        self._has_begun = False
        self._used: Usage | None = None
        claim = account.claim
        id_ = f"{claim.token}/{next(ledger.numbers)}"
        conversation = f"{claim.turn.thread.team_id}:{expected.conversation}"
        self._hold = Hold(claim.turn.id, claim.token, id_, conversation)

    def saw(self, tokens: int, used: Usage | None = None, *, least: int = 0) -> None:
        """Note that about so many *tokens* were written, and in the end what was *used*.

        *least*: how many of them there were in all, at least.
        """
        self._has_begun = True
        self._seen = max(self._seen + tokens, least)
        self._used = used if used and used != NO_USAGE else self._used

    async def __aenter__(self) -> "Bill":
        """Hold it. Raises OverBudget if that cannot be, StoreUnavailable."""
        ledger, account = self._ledger, self._account
        charges = ledger.charges(account, self._expected)
        short = await ledger.store.hold(self._hold, charges, ledger.seconds)
        if short:
            limit = account.limits[short.place]
            observing.count(Measure.OVER_BUDGET, level=limit.level)
            log.warning("budget.exceeded", extra={"turn": self._hold.turn, "limit": str(limit)})
            raise ledger.refusal(limit, short.spent)
        ledger.open[self._hold.turn] += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        was_sent = self._has_begun or not isinstance(error, PanelError)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # the process has ended: what it held is let go
            return
        task = loop.create_task(self._settle(was_sent=was_sent))
        self._ledger.tasks.add(task)  # it goes on where whoever waits is cancelled once more
        task.add_done_callback(self._ledger.tasks.discard)
        await asyncio.shield(task)

    async def _settle(self, *, was_sent: bool) -> None:
        ledger, used = self._ledger, self._used
        is_cut = used is None and was_sent
        used = used or Usage(output=self._seen)
        size = None if is_cut or not was_sent else used.input + used.output
        spent = {
            Unit.MONEY: ledger.money(self._expected.model, used),
            Unit.TOKENS: used.input + used.output,
        }

        async def settle() -> Sequence[tuple[int, int]]:
            return await ledger.store.settle(self._hold, spent, cut=is_cut, size=size)

        try:
            backoff = Backoff(_RETRY, total=ledger.seconds, endless=True)
            shares = await retry(settle, backoff, StoreUnavailable)
        except StoreUnavailable as error:  # its input will count once the hold has run out
            log.warning("budget.not_settled", extra={"reason": str(error)})
            return
        finally:
            ledger.open[self._hold.turn] -= 1
            ledger.open += Counter()  # without those that hold nothing
        for place, percent in shares:
            await self._tell(self._account.limits[place], percent)

    async def _tell(self, limit: Limit, percent: int) -> None:
        until = span(limit.period, runtime.time(), self._ledger.zone)
        log.warning("budget.share_spent", extra={"limit": str(limit), "percent": percent})
        if self._ledger.alerts:
            about, next_day = f"{limit.who} {until.name}", until.next.isoformat()
            await self._ledger.alerts.tell(
                AlertKind.BUDGET,
                f"{about} {limit.amount} {percent}",
                limit=str(limit),
                percent=str(percent),
                date=next_day,
            )

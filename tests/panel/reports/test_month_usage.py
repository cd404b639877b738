"""The usage of a month as rows: they add up, whatever was counted, and however little it cost."""

from decimal import Decimal

import pytest

from bot.panel.model import CallId, ExpertName, Message, MessageTs, ThreadRef, UserId
from bot.panel.prices import Price, Prices
from bot.panel.reports.month_usage import VIEWS, MonthUsage, month_usage, sum_of
from bot.panel.reports.turn_report import ConsultationReport, Stage, TurnReport
from bot.panel.reports.usage_counts import Dimension
from bot.panel.usage import Extras, Usage
from tests.fakes.report_store import FakeReportStore
from tests.fakes.turn_queue import FakeTurnQueue

TS = 1763671234  # 2025-11-20
CHEAP = Price(Decimal("0.1"), Decimal("0.01"), Decimal("0.4"))
PRICES = Prices("2025-11-01", {"small": CHEAP, "large": Price(*map(Decimal, "213"))}, {"web": 1})


class Month:
    """A month of questions in November 2025."""

    def __init__(self) -> None:
        self.queue = FakeTurnQueue()
        self.reports = FakeReportStore(self.queue, by_person=True)

    async def ask(self, channel: str = "C1", by: str = "U1", model: str = "small", n: int = 1):
        """Let Legal answer a question with *model*; it takes *n* tokens each way."""
        ts = MessageTs(f"{TS + len(self.reports.reports)}.000000")
        await self.queue.put(ThreadRef("T1", channel, ts), Message(ts, UserId(by), "May we?"))
        claim = await self.queue.claim()
        used = Usage(n, 0, n, Extras(calls={"web": 1} if model == "large" else {}))
        legal = ConsultationReport(
            CallId("1"), ExpertName("legal"), "Legal", None, Stage(model, 1.0, used)
        )
        router = Stage("small", 1.0, Usage(1))
        await self.reports.save(claim, TurnReport(ts, 1.0, False, (legal,), router))
        await self.queue.done(claim)

    async def by(self, view: str) -> MonthUsage:
        return await month_usage(self.reports, PRICES, "T1", "2025-11", view)

    async def named(self, view: str) -> dict[str | None, tuple[int | None, Decimal | None]]:
        return {one.name: (one.questions, one.cost) for one in (await self.by(view)).rows}


@pytest.fixture
def month() -> Month:
    return Month()


async def test_each_view_has_its_rows(month: Month):
    await month.ask()
    await month.ask("C2", "U2", "large", 1_000_000)
    router, legal = Decimal("0.0000002"), Decimal("0.0000005")  # dollars, of one token each way

    assert await month.named("expert") == {"legal": (2, 6 + legal), None: (2, router)}
    assert await month.named("channel") == {
        "C2": (1, 6 + router / 2),
        "C1": (1, legal + router / 2),
    }
    assert await month.named("person") == {"U2": (1, 6 + router / 2), "U1": (1, legal + router / 2)}
    assert await month.named("model") == {"large": (1, Decimal(6)), "small": (3, legal + router)}
    assert await month.named("workspace") == {"T1": (2, 6 + legal + router)}


async def test_ten_thousand_costs_far_below_a_cent_add_up(month: Month):
    for n in range(1_000):
        await month.ask(f"C{n % 7}", f"U{n % 11}")
    for view in VIEWS:
        used = await month.by(view)
        assert used.total.cost == sum_of(used.rows).cost == 1_000 * Decimal("0.0000006")


@pytest.mark.parametrize("view", ["channel", "person"])
async def test_what_was_used_before_it_was_counted_by_channel_or_person_is_shown_as_a_rest(
    month: Month, view: str
):
    await month.ask(model="large", n=100)
    for by in (Dimension.CHANNEL, Dimension.PERSON):  # as the last version, which did not
        month.reports.forget_all("T1", "2025-11", by)
    await month.ask("C2", "U2", n=1_000)

    used = await month.by(view)

    (row,) = used.rows
    assert (row.questions, row.usage.input) == (1, 1_001)
    assert used.rest
    assert (used.rest.questions, used.rest.usage) == (
        None,
        Usage(101, 0, 100, Extras(calls={"web": 1})),
    )
    assert used.total.questions is None
    assert sum_of([row, used.rest]).usage == used.total.usage
    assert sum_of([row, used.rest]).cost == used.total.cost


async def test_a_forgotten_person_leaves_a_rest_and_the_number_of_questions(month: Month):
    await month.ask()
    await month.ask(by="U2")
    await month.reports.forget_usage("T1", ["2025-11"], "U1")

    used = await month.by("person")

    assert [row.name for row in used.rows] == ["U2"]
    assert used.rest
    assert used.rest.usage == Usage(2, 0, 1)
    assert used.total.questions == 2


async def test_what_has_no_price_is_unknown_and_named(month: Month):
    await month.ask()
    await month.ask("C2", model="unheard-of")

    used = await month.by("channel")

    assert [(row.name, row.cost is None) for row in used.rows] == [("C2", True), ("C1", False)]
    assert (used.total.cost, used.unpriced) == (None, ["unheard-of"])


async def test_a_month_in_which_nothing_was_asked_is_empty(month: Month):
    used = await month.by("channel")
    assert (list(used.rows), used.rest, used.total.cost, used.total.questions) == ([], None, 0, 0)

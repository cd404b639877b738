"""What the home of the app is made of."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.panel.access.policy import AccessPolicy
from bot.panel.budgets.ledger import Ledger
from bot.panel.budgets.limits import read_all
from bot.panel.errors import Refused
from bot.panel.messaging.handles import Handle
from bot.panel.model import CallId, Expert, ExpertName, Message, MessageTs, ThreadRef, UserId
from bot.panel.prices import Price, Prices
from bot.panel.reports.feedback import Feedback, Judged, Opinion
from bot.panel.reports.overview import OverviewReader
from bot.panel.reports.turn_report import ConsultationReport, Stage, TurnReport
from bot.panel.roster.roster import ChannelScope, Setting
from bot.panel.usage import Usage
from tests.fakes.budget_store import FakeBudgetStore
from tests.fakes.feedback_store import FakeFeedbackStore
from tests.fakes.handle_store import FakeHandleStore
from tests.fakes.people import FakePeople
from tests.panel.conftest import EXPERTS
from tests.panel_editors import panel_editor

ADMIN, MEMBER, GUEST, STRANGER = map(UserId, ("UADMIN", "UMEMBER", "UGUEST", "USTRANGER"))
NOVEMBER = datetime(2025, 11, 20, tzinfo=UTC).timestamp()
LEGAL = ExpertName("legal")
DOLLAR = Decimal(1)
PRICES = Prices("2025-11-01", {"known": Price(DOLLAR, DOLLAR, DOLLAR)})
TAX = Expert(ExpertName("tax"), "Tax Counsel", ":receipt:", "Taxes.", "Count twice.")


@pytest.fixture
def feedback():
    return FakeFeedbackStore()


@pytest.fixture
def handles():
    return FakeHandleStore()


@pytest.fixture
def desk(bench, feedback, handles):
    bench.policy = AccessPolicy(admins=frozenset({GUEST}))
    library = (*EXPERTS, TAX)
    editor = panel_editor(bench.panels, FakePeople(), library, EXPERTS, admins=frozenset({GUEST}))
    parts = (
        editor,
        bench.reports,
        feedback,
        handles,
        Ledger(FakeBudgetStore(), PRICES, read_all("channel $7/month"), UTC),
        bench.access(),
    )
    return OverviewReader(*parts, clock=lambda: NOVEMBER)


async def answered(bench, *stages, month_start=NOVEMBER):
    """Let legal answer a question with each of *stages*, as its last turn."""
    ts = MessageTs(f"{month_start:.6f}")
    await bench.queue.put(ThreadRef("T1", "C1", ts), Message(ts, MEMBER, "May we?"))
    claim = await bench.queue.claim()
    calls = tuple(
        ConsultationReport(CallId(str(n)), LEGAL, "Legal", stage=stage)
        for n, stage in enumerate(stages)
    )
    await bench.reports.save(claim, TurnReport(ts, 1.0, direct=True, consultations=calls))
    await bench.queue.done(claim)


async def test_it_tells_who_is_on_the_panel_and_who_could_be(desk):
    seen = await desk.overview("T1", MEMBER)

    assert [one.expert.name for one in seen.entries] == ["finance", "legal"]
    assert [one.name for one in seen.addable] == ["tax"]
    assert (seen.month, seen.prices_as_of, seen.admins) == ("2025-11", "2025-11-01", [GUEST])


async def test_it_tells_the_handles_in_use(desk, handles):
    await handles.put("T1", Handle("S1", LEGAL, "panel-legal"))
    await handles.put("T1", Handle("S2", ExpertName("tax"), "panel-tax", active=False))

    assert (await desk.overview("T1", MEMBER)).handles == {"legal": "panel-legal"}


@pytest.mark.parametrize(("user", "may"), [(ADMIN, True), (MEMBER, False), (GUEST, True)])
async def test_it_tells_whether_one_may_change_it(desk, user, may):
    assert (await desk.overview("T1", user)).may_change is may


async def test_strangers_see_nothing(desk):
    with pytest.raises(Refused, match="other organisations"):
        await desk.overview("T1", STRANGER)


async def test_channels_that_differ_are_told_and_those_that_do_so_no_more_are_not(bench, desk):
    await bench.panels.add(ChannelScope("T1", "C2"), TAX)
    await bench.panels.set(ChannelScope("T1", "C1"), Setting.SYNTHESIS, None)
    bench.channels.public_ones |= {"C1", "C2"}

    (found,) = (await desk.overview("T1", MEMBER)).channels

    assert (found[0], list(found[1].added)) == ("C2", ["tax"])


async def test_figures_are_summed_by_expert_with_their_cost_and_feedback(bench, desk, feedback):
    stage = Stage("known", 1.0, Usage(900_000, 0, 100_000))
    await answered(bench, stage, stage)
    good = Feedback(
        Judged(f"T1:C1:{NOVEMBER:.6f}", "reply:1", LEGAL), "1.0", MEMBER, Opinion.GOOD, 1, "known"
    )
    for one in (good, replace(good, by=ADMIN), replace(good, by=GUEST, opinion=Opinion.BAD)):
        await feedback.save("T1", one)

    (figures,) = (await desk.overview("T1", MEMBER)).figures

    assert (figures.expert, figures.title, figures.questions) == (LEGAL, "Legal Counsel", 2)
    assert figures.usage == Usage(1_800_000, 0, 200_000)
    assert (figures.cost, figures.good, figures.bad) == (Decimal(2), 2, 1)


async def test_a_cost_that_is_not_known_in_part_is_not_known(bench, desk):
    used = Usage(1_000, 0, 1_000)
    await answered(bench, Stage("known", 1.0, used), Stage("unheard-of", 1.0, used))

    (figures,) = (await desk.overview("T1", MEMBER)).figures

    assert (figures.questions, figures.cost) == (2, None)


async def test_last_month_is_another_matter(bench, desk):
    await answered(bench, Stage("known", 1.0), month_start=NOVEMBER - 31 * 86_400)
    assert list((await desk.overview("T1", MEMBER)).figures) == []


async def test_of_channels_that_somebody_cannot_read_nothing_is_told(bench, desk):
    secret = replace(TAX, name=ExpertName("project-x"), title="Project X")
    await bench.panels.add(ChannelScope("T1", "C1"), secret)
    ts = MessageTs(f"{NOVEMBER:.6f}")
    await bench.queue.put(ThreadRef("T1", "C1", ts), Message(ts, MEMBER, "May we?"))
    claim = await bench.queue.claim()
    asked = ConsultationReport(CallId("1"), secret.name, "Project X", stage=Stage("known", 1.0))
    await bench.reports.save(claim, TurnReport(ts, 1.0, direct=True, consultations=(asked,)))

    hidden = await desk.overview("T1", MEMBER)
    assert (list(hidden.channels), list(hidden.by_channel)) == ([], [])
    assert [(one.expert, one.title) for one in hidden.figures] == [(None, "Others")]
    assert "C1" not in str(hidden)
    assert "project-x" not in str(hidden)

    bench.members.members["C1"] = [MEMBER]
    shown = await desk.overview("T1", MEMBER)
    assert [channel for channel, _ in shown.channels] == ["C1"]
    assert [one.title for one in shown.figures] == ["Project X"]
    assert [(row.name, row.questions) for row in shown.by_channel] == [("C1", 1)]


async def test_what_channels_took_adds_up_to_the_total_whoever_looks(bench, desk):
    for n, channel in enumerate(("C1", "C2", "D1")):
        ts = MessageTs(f"{NOVEMBER + n:.6f}")
        await bench.queue.put(ThreadRef("T1", channel, ts), Message(ts, MEMBER, "May we?"))
        claim = await bench.queue.claim()
        stage = Stage("known", 1.0, Usage(1, 0, 10**n))
        asked = ConsultationReport(CallId("1"), LEGAL, "Legal", stage=stage)
        await bench.reports.save(claim, TurnReport(ts, 1.0, direct=True, consultations=(asked,)))
        await bench.queue.done(claim)
    bench.members.members["C2"] = [MEMBER]

    seen = await desk.overview("T1", MEMBER)

    assert [(row.name, row.cost) for row in seen.by_channel] == [("C2", Decimal("0.000011"))]
    assert [one.limit.who for one in seen.budgets] == ["channel:C2"]
    assert seen.elsewhere.cost == Decimal("0.000103")
    assert (seen.total.questions, seen.total.cost) == (3, Decimal("0.000114"))

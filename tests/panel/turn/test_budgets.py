"""Turns within budgets: who is asked, what it counts, and what is told."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from bot.panel.alerts import alert_texts
from bot.panel.alerts.alerts import Alert, Alerts, AlertStore
from bot.panel.budgets.budget_store import Short, Spent
from bot.panel.budgets.limits import Level, Unit, read_all
from bot.panel.errors import ModelFault, ModelOverloaded, ModelRefused, StoreUnavailable
from bot.panel.intake.lease import renewed_lease
from bot.panel.language_model.exchange import ToolAnswered, ToolCalled, UserSaid
from bot.panel.model import TurnId, UserId
from bot.panel.roster.roster import Setting, WorkspaceScope
from bot.panel.timeouts import Timeouts
from tests.eventually import eventually
from tests.fakes.budget_store import FakeBudgetStore, ledger
from tests.fakes.language_model import ROUTER, Meanwhile, written
from tests.panel.conftest import HURRY, consult


class NotedAlerts(AlertStore):
    """Remembers what is to be told."""

    def __init__(self) -> None:
        self.alerts: list[Alert] = []

    async def note(self, team_id, alert, count, *, after):
        self.alerts.append(alert)
        return True

    async def forget(self, team_id, alert):
        raise NotImplementedError


AMPLE = "workspace 10M tokens/month"
ONE = 120  # tokens of each response


@pytest.fixture
def within(make_bench):
    """Makes a bench with budgets."""

    def bench_within(limits, **parts):
        return make_bench(ledger=ledger(limits), **parts)

    return bench_within


async def spent(bench, limit=AMPLE):
    (standing,) = await bench.ledger.standings(read_all(limit), "T1")
    return standing


def notices(bench):
    return [post for _, _, post in bench.messenger.posts if post.lets_through is not None]


async def test_every_request_counts_and_nothing_stays_held(within):
    bench = within(AMPLE)
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "They agree.")

    await bench.ask("May we?")

    assert await spent(bench) == Spent(4 * ONE)  # the router twice, two experts
    assert not notices(bench)


async def test_who_is_left_out_is_said_and_the_others_answer(within):
    bench = within(f"{AMPLE}, expert:legal 100 tokens/day")
    bench.model.script(ROUTER, [consult("legal"), consult("finance")])
    bench.model.script("finance", "Ten.")

    await bench.ask("May we, and what does it cost?")

    (notice,) = notices(bench)
    assert "Not asked: Legal Counsel." in notice.text
    assert "`legal`" in notice.text
    assert notice.lets_through == ("legal",)
    assert ("Finance Partner", "Ten.") in bench.messenger.said
    assert len(bench.model.prompts) == 2
    assert await spent(bench) == Spent(2 * ONE)


async def test_as_many_experts_answer_as_there_is_money_for(within):
    limit = "workspace 30k tokens/month"  # an answer may take 16,000, the conversation before 4,000
    bench = within(limit, timeouts=replace(HURRY, further_calls=5))
    bench.model.script(ROUTER, [consult("legal"), consult("finance")])
    for expert in ("legal", "finance"):
        bench.model.script(expert, [Meanwhile(), "Yes."])

    await bench.ask("May we, and what does it cost?")

    (notice,) = notices(bench)
    assert len(notice.lets_through) == 1
    assert "What is left of the budget of this workspace (" in notice.text
    assert await spent(bench, limit) == Spent(2 * ONE)


async def test_a_summary_without_money_is_missed_and_the_router_learns_what_was_said(within):
    bench = within(AMPLE, timeouts=replace(HURRY, further_calls=5))
    bench.model.script(ROUTER, [consult("legal"), consult("finance")])
    claim, hold = await bench.claim("May we?"), bench.ledger.store.hold

    async def hold_three(*args):
        return Short(0, Spent()) if len(bench.model.prompts) >= 3 else await hold(*args)

    bench.ledger.store.hold = hold_three
    await bench.runner().run(claim)

    assert bench.messenger.said[-1][1].startswith("There is no summary this time. What is left of")
    assert bench.model.unanswered() == []


@pytest.fixture
def with_requests_of_the_router(within):
    """Makes a bench that has money for so many requests of the router only."""

    def bench_with(requests):
        bench = within(AMPLE, timeouts=replace(HURRY, further_calls=5))
        hold = bench.ledger.store.hold

        async def hold_some(wanted, *rest):
            asked = [f"T1:{prompt.conversation}" for prompt in bench.model.asked(ROUTER)]
            is_broke = wanted.conversation in asked[requests - 1 :]
            return Short(0, Spent()) if is_broke else await hold(wanted, *rest)

        bench.ledger.store.hold = hold_some
        return bench

    return bench_with


async def test_a_choice_that_broke_off_and_may_not_be_repeated_goes_on_with_what_is_stored(
    with_requests_of_the_router,
):
    bench = with_requests_of_the_router(1)
    bench.model.script(ROUTER, [consult("legal"), ModelOverloaded("HTTP 503")])

    await bench.ask("May we?")

    said = bench.model.items_of(ROUTER)
    assert [type(item) for item in said] == [UserSaid, ToolCalled, ToolAnswered]
    assert ("Legal Counsel", "Hello.") in bench.messenger.said
    assert "is not enough" in notices(bench)[0].text  # others may be missing


async def test_a_summary_that_broke_off_and_may_not_be_repeated_leaves_each_output_once(
    with_requests_of_the_router,
):
    bench = with_requests_of_the_router(2)
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], ["", ModelOverloaded("503")])

    await bench.ask("May we?")

    kinds = [type(item) for item in bench.model.items_of(ROUTER)]
    assert kinds == [UserSaid, ToolCalled, ToolCalled, ToolAnswered, ToolAnswered]


async def test_a_router_that_may_not_end_the_turn_leaves_no_call_open(with_requests_of_the_router):
    bench = with_requests_of_the_router(1)
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", [ModelRefused(ModelFault.BAD_REQUEST, "no")])

    await bench.ask("May we?")

    assert bench.model.unanswered() == []
    assert len(notices(bench)) == 1


async def test_nobody_is_asked_without_money_and_whoever_asks_is_told_until_when(within):
    bench = within("person 0/day")

    await bench.ask("May we?")

    assert bench.model.prompts == []
    (notice,) = notices(bench)
    assert "is used up. It begins anew on " in notice.text
    assert notice.lets_through == ()
    assert bench.messenger.said == [(None, notice.text)]


async def test_a_single_expert_without_money_is_told_once_and_summed_up_by_nobody(within):
    bench = within("expert 0/day")
    bench.model.script(ROUTER, [consult("legal")])

    await bench.ask("May we?")

    assert len(bench.model.prompts) == 1
    assert [post.lets_through for post in notices(bench)] == [("legal",)]


async def test_a_question_that_was_let_through_is_answered_but_not_beyond_the_deployments(within):
    bench = within("person 0/day")
    await bench.ledger.store.let_through(TurnId("T1:C1:1.0"))
    await bench.ask("May we?")
    assert bench.messenger.said == [(None, "Hello.")]

    bench.ledger.limits = read_all("deployment 0/day")
    await bench.ledger.store.let_through(TurnId("T1:C1:2.0"))
    await bench.ask("May we?", "2.0")
    assert "of this installation" in bench.messenger.said[-1][1]


async def test_the_workspaces_own_budgets_come_with_its_panel(within):
    bench = within("")
    await bench.ask("May we?")
    assert not bench.ledger.store.holds

    await bench.panels.set(WorkspaceScope("T1"), Setting.BUDGETS, "channel:C1 0/day")
    await bench.ask("And now?", "2.0")
    assert "of this channel" in bench.messenger.said[-1][1]


async def test_retries_count_what_was_seen_and_refusals_nothing(within):
    bench = within(AMPLE)
    cut = [written("a" * 30, ModelOverloaded("HTTP 503"))]
    bench.model.script(ROUTER, [ModelOverloaded("HTTP 503")], cut, "Yes.")

    await bench.ask("May we?")

    refused, broken, answered = (held.charges[0] for held in bench.ledger.store.holds.values())
    (_, sent) = broken
    assert await spent(bench) == Spent(sent + 10 + ONE)
    assert refused[0].unit is Unit.TOKENS
    assert answered[0].counter.startswith(Level.WORKSPACE)


async def test_an_expert_that_takes_too_long_counts_its_input(within):
    bench = within(AMPLE, timeouts=Timeouts(expert=0.05, retry_delays=(), further_calls=0))
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", [asyncio.Event()])

    await bench.ask("May we?")

    standing = await spent(bench)
    assert standing.held == 0
    assert standing.spent > 2 * ONE


async def test_what_a_dead_worker_held_is_let_go_by_the_next(within):
    bench = within(AMPLE)
    bench.model.script(ROUTER, [consult("legal")])
    rest = asyncio.Event()
    bench.model.script("legal", [rest, "Yes."], "Yes.")
    claim = await bench.claim("May we?")
    turn = asyncio.create_task(bench.runner().run(claim))
    await eventually(lambda: len(bench.model.prompts) == 2)
    held_before = (await spent(bench)).held
    dead, bench.ledger.store.settle = bench.ledger.store.settle, _fail  # it never gets there
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    bench.ledger.store.settle = dead
    await bench.resume(claim)

    assert held_before > 0
    standing = await spent(bench)
    assert standing.held == 0
    assert standing.spent >= 2 * ONE


async def _fail(*_args, **_more):
    raise asyncio.CancelledError


async def test_holds_are_renewed_with_the_lease(within):
    bench = within(AMPLE)
    claim = await bench.claim("May we?")
    bench.ledger.open[claim.turn.id] = 1
    bench.ledger.store.deadlines[claim.turn.id] = 0.0
    renew = partial(bench.ledger.renew, claim.turn.id)
    async with renewed_lease(bench.queue, claim, 0.03, renew):
        await eventually(lambda: bench.ledger.store.deadlines[claim.turn.id])


async def test_without_the_store_no_model_is_asked(within):
    bench = within(AMPLE)

    async def away(*_):
        raise StoreUnavailable("down")

    bench.ledger.store.hold = away
    claim = await bench.claim("May we?")
    with pytest.raises((StoreUnavailable, BaseExceptionGroup)):
        await bench.runner().run(claim)
    assert bench.model.prompts == []


async def test_those_who_may_change_it_are_told_of_each_share_once(make_bench):
    noted, store = NotedAlerts(), FakeBudgetStore()
    alerts = Alerts(noted, "T1")
    bench = make_bench(ledger=ledger("workspace 30000 tokens/month", store, alerts))
    counter = bench.ledger.counter(read_all("workspace 30000 tokens/month")[0], "T1")
    store.sizes["T1:conv_1"] = 0
    store.spent[counter] = [22_400, 0, 100_000]

    for ts in ("1.0", "2.0"):
        await bench.ask("May we?", ts)

    (alert,) = noted.alerts
    text = alert_texts.text(alert.kind, alert.about, alert.details, 1)
    assert "75 % of the budget `workspace 30000 tokens/month` is spent." in text


async def test_nobody_is_asked_any_more_while_a_cancelled_request_is_settled(within):
    bench = within(AMPLE, timeouts=replace(HURRY, further_calls=0.1))
    uncaught, settle = [], bench.ledger.store.settle

    async def settle_slowly(*args, **options):
        await asyncio.sleep(0.3)  # meanwhile, the wait for further calls ends
        return await settle(*args, **options)

    bench.ledger.store.settle = settle_slowly
    bench.model.script(ROUTER, [consult("legal"), asyncio.Event()])
    asyncio.get_running_loop().set_exception_handler(lambda _, what: uncaught.append(what))
    turn = asyncio.create_task(bench.runner().run(await bench.claim("May we?")))
    await eventually(lambda: bench.model.asked(ROUTER))
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)

    assert uncaught == []
    assert not bench.model.asked("legal")


async def test_a_refusal_of_the_models_side_is_told_as_before(within):
    bench = within(AMPLE)
    bench.model.script(ROUTER, [ModelRefused(ModelFault.FILTERED, "HTTP 400")])

    await bench.ask("May we?")

    assert not notices(bench)
    assert await spent(bench) == Spent(0)


async def test_everybody_who_has_a_part_in_a_turn_pays_for_it(within):
    bench = within("person 100K tokens/day")
    claim = await bench.claim("May we?")

    account = bench.ledger.account(claim, [UserId("U1"), UserId("U2")], None, "")

    assert account
    assert [limit.of for limit in account.limits] == ["U1", "U2"]

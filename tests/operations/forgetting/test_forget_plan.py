"""Choosing what is to be forgotten, and carrying it out."""

from dataclasses import replace

from bot.operations.forgetting.forget_plan import ForgetPlan, ForgetPlanner, carry_out
from bot.operations.forgetting.forget_threads import ForgetThreads
from bot.operations.forgetting.survey import Survey
from bot.panel.errors import ModelFault, ModelRefused
from bot.panel.model import MessageTs
from tests.operations.conftest import ADA, BEN, Fakes, thread_ref


def planner(fakes: Fakes, *, messages: bool = False) -> ForgetPlanner:
    return ForgetPlanner(Survey(fakes.services), messages=messages)


def chosen(plan: ForgetPlan) -> list:
    return [data.thread for data in plan.threads]


async def test_nothing_is_planned_where_nothing_is_kept(fakes: Fakes):
    assert (await planner(fakes).thread(thread_ref(9))).is_empty


async def test_a_thread_with_only_messages_counts_if_these_are_to_go(fakes: Fakes):
    thread = thread_ref(1)
    known = await fakes.answered_thread(2)
    fakes.slack.known[thread] = replace(
        fakes.slack.known[known], routers=(), bot_messages=(MessageTs("1.1"),)
    )

    assert (await planner(fakes).thread(thread)).is_empty
    assert chosen(await planner(fakes, messages=True).thread(thread)) == [thread]


async def test_a_router_that_only_slack_remembers_is_found_with_its_experts(fakes: Fakes):
    thread = await fakes.answered_thread(1)
    fakes.threads.lose_everything()
    fakes.kept.kept.clear()

    (data,) = (await planner(fakes).thread(thread)).threads

    assert data.conversations == ["conv_1", "conv_2"]


async def test_a_channel_has_the_threads_that_slack_or_the_store_knows(fakes: Fakes):
    threads = [await fakes.answered_thread(number) for number in (1, 2)]
    await fakes.answered_thread(3, channel="C2")
    del fakes.kept.kept[threads[0]]

    plan = await planner(fakes).channel("C1")

    assert (chosen(plan), plan.channels, plan.notes) == (threads, ["C1"], [])


async def test_a_channel_that_slack_hides_is_planned_with_a_note(fakes: Fakes):
    thread = await fakes.answered_thread(1)
    fakes.slack.hidden.add("C1")

    plan = await planner(fakes).channel("C1")

    assert chosen(plan) == [thread]
    assert "Slack does not let the bot read that channel" in plan.notes[0]


async def test_of_a_person_only_the_threads_they_began_are_chosen(fakes: Fakes):
    direct = await fakes.answered_thread(1, channel="D1")
    others = await fakes.answered_thread(2, by=BEN)
    traces = fakes.slack.known[others]
    fakes.slack.known[others] = replace(traces, people=frozenset({ADA, BEN}))

    plan = await planner(fakes).person(ADA)

    assert (chosen(plan), plan.channels, plan.user) == ([direct], ["D1"], ADA)
    assert f"which stay: C1/{others.thread_ts}." in plan.notes[0]


async def test_one_thread_that_fails_keeps_no_other_from_being_forgotten(fakes: Fakes):
    first, second = [await fakes.answered_thread(number) for number in (1, 2)]
    plan = await planner(fakes).channel("C1")
    fakes.model.fail_next("delete", ModelRefused(ModelFault.ACCESS, "HTTP 403"))
    forget = ForgetThreads(fakes.services, wait=0, messages=False)

    problems = await carry_out(plan, forget)

    assert problems == [f"{first.place}: HTTP 403"]
    assert forget.deleted.threads == 1
    assert not (await fakes.threads.links(second)).router
    assert fakes.kept.erased == ["report:2"]

"""Servers whose ids repeat between turns and within one: nothing is taken for something else."""

from dataclasses import replace

import pytest

from bot.panel.errors import ModelUnavailable
from bot.panel.language_model.exchange import ToolCalled, UserSaid
from bot.panel.model import ExpertName
from bot.panel.roster.roster import ChannelScope
from tests.fakes.language_model import ROUTER
from tests.panel.conftest import EXPERTS, THREAD, consult

DOWN = ModelUnavailable("down")


def answered(bench):
    """What was said by others than the router, in order."""
    return [text for who, text in bench.messenger.said if who]


async def test_a_new_question_never_gets_the_answer_of_an_earlier_one(bench):
    bench.model.script(ROUTER, [consult("legal", "call_0")], [consult("legal", "call_0")])
    bench.model.script("legal", "One.", DOWN, "Two.")

    await bench.ask("First?")
    await bench.ask("Second?", "2.0")

    assert answered(bench) == ["One.", "Two."]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 16))
async def test_nor_after_a_crash_anywhere(bench, stop_at, after):
    def reply(prompt):
        if prompt.tools:
            return [consult("legal", "call_0")] if prompt.may_call else "—"
        return "Two." if "Second?" in prompt.items[-1].text else "One."

    bench.model.reply = reply
    await bench.ask("First?")
    claim = await bench.claim("Second?", "2.0")
    await bench.die(claim, stop_at, after=after)
    await bench.resume(claim)

    assert answered(bench) == ["One.", "Two."]
    assert bench.model.unanswered() == []
    asked = [item for item in bench.model.items_of("legal") if isinstance(item, UserSaid)]
    assert len(asked) == 2


async def test_a_second_response_of_one_turn_may_use_an_id_again_for_another_expert(bench):
    bench.model.script(
        ROUTER,
        [consult("legal", "call_0"), DOWN],
        [consult("finance", "call_0"), consult("legal", "call_1")],
        "They agree.",
    )
    bench.model.script("legal", "You may.")
    bench.model.script("finance", "Ten.")

    await bench.ask("May we, and what does it cost?")

    assert sorted(answered(bench)) == ["Ten.", "You may."]
    outputs = [i for i in bench.model.items_of(ROUTER) if getattr(i, "output", "")]
    answers = {output.call_id: output.output for output in outputs[-2:]}
    assert "You may." in answers["call_1"]
    assert "Ten." in answers["call_0"]
    assert bench.model.unanswered() == []


async def test_an_output_reaches_the_router_though_its_id_was_aborted_before(bench):
    bench.model.script(ROUTER, [consult("legal", "call_0"), DOWN], [consult("legal", "call_0")])
    bench.model.script("legal", "You may.")
    bench.model.fail_next("append", DOWN)
    claim = await bench.claim("May we?")
    try:
        await bench.runner().run(claim)
    except* ModelUnavailable:
        pass

    await bench.resume(claim)

    calls = [item for item in bench.model.items_of(ROUTER) if isinstance(item, ToolCalled)]
    assert [call.call_id for call in calls] == ["call_0", "call_0"]
    assert "You may." in bench.model.items_of(ROUTER)[-1].output
    assert bench.model.unanswered() == []


async def test_colleagues_of_two_experts_may_be_called_by_the_same_id(bench):
    finance, legal = EXPERTS
    tax = replace(legal, name=ExpertName("tax"), title="Tax Counsel")
    for expert in (*(replace(one, consults=(tax.name,)) for one in (finance, legal)), tax):
        await bench.panels.add(ChannelScope(THREAD.team_id, THREAD.channel_id), expert)
    bench.model.script(
        ROUTER, [consult("legal", "call_0"), consult("finance", "call_1")], "They agree."
    )
    bench.model.script("legal", [consult("tax", "call_0")], "You may.")
    bench.model.script("finance", [consult("tax", "call_0")], DOWN, "Ten.")
    bench.model.script("legal/tax", "No tax.")
    bench.model.script("finance/tax", "One.")

    await bench.ask("May we, and what does it cost?")

    assert sorted(answered(bench)) == ["Ten.", "You may."]
    assert "No tax." in bench.model.items_of("legal")[-2].output
    assert "One." in bench.model.items_of("finance")[-2].output

"""Experts who consult experts, through the whole bot, whatever keeps the conversations."""

import asyncio

import pytest

from bot.panel.texts import sentences
from bot.playground.openai.items.items import text_of
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.stand_in.brain import Call, ModelRequest, Reply, Text, WaitFor
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.end_to_end.conftest import MENTION, World, panel_brain
from tests.end_to_end.test_backends import restart
from tests.end_to_end.test_panel_changes import command
from tests.end_to_end.test_show_work import replies, work
from tests.eventually import eventually

BRIEF = {"reason": "It is about money.", "brief": "What does it cost?"}


def office_brain(request: ModelRequest) -> Reply:
    """Legal Counsel consults Finance Partner for each question; the others do as always."""
    if not (request.instructions.startswith("You are the legal counsel") and request.tools):
        return panel_brain(request)
    last = request.items[-1]
    if last["type"] == "function_call_output":
        return [Text(f"Legal has heard: {text_of(last)}")]
    return [Call("consult_finance", BRIEF)]


@pytest.fixture
async def office(world: World) -> World:
    """The world with a bot whose legal expert consults the finance expert."""
    world.brain._otherwise = office_brain
    await world.start_bot()
    await command(world, "consults legal finance")
    return world


@pytest.mark.parametrize("backend", ["conversations", "stateless", "assistants"])
async def test_a_colleague_answers_the_expert_and_remembers_it(office: World, backend: str):
    await restart(office, backend)
    ts = office.say(f"{MENTION} please ask legal")
    await office.idle()
    office.say("and what says legal now?", ts)
    await office.idle()

    legal = [said for who, said in office.said(ts) if who == "Legal Counsel"]
    assert [who for who, _ in office.said(ts)] == ["Legal Counsel", "Legal Counsel"]
    assert "Finance Partner answered:" in legal[0]
    assert "Answer 1 of the finance partner" in legal[0]
    assert "Answer 2 of the finance partner" in legal[1]


async def test_the_links_show_the_tree_and_survive_the_loss_of_redis(office: World):
    ts = office.say(f"{MENTION} please ask legal and finance")
    await office.idle()
    _, before, _ = await office.panelbot("links", "show", f"{GENERAL}/{ts}")
    await office.redis.flushdb()

    code, after, err = await office.panelbot("links", "show", f"{GENERAL}/{ts}")

    assert code == 0, err
    assert after == before
    assert after.count("finance  conv_") == 2
    assert "│   └── finance" in after or "    └── finance" in after
    office.say("and what says legal now?", ts)
    await office.idle()
    assert len(office.openai.conversations) == 4


async def test_show_work_the_plan_and_the_export_tell_who_asked_whom(office: World):
    office.openai.latency.first = lambda _: 0.6
    ts = office.say(f"{MENTION} please ask legal")
    await office.idle()

    shown = await work(office, replies(office, ts)["Legal Counsel"])
    assert "Finance Partner, asked by Legal Counsel" in shown
    assert "What does it cost?" in shown
    assert "Finance Partner, asked by Legal Counsel" in str((await office.plan(ts)).blocks)
    _, out, _ = await office.panelbot("export", f"{GENERAL}/{ts}", "--format", "md")
    assert "## finance (asked by Legal Counsel)'s conversation" in out


async def test_stop_ends_colleagues_too_and_the_next_question_is_answered(office: World):
    go_on = asyncio.Event()
    office.brain.when(
        lambda r: r.instructions.startswith("You are the finance partner"),
        WaitFor(go_on),
        Text("?"),
    )
    ts = office.say(f"{MENTION} please ask legal")
    await eventually(
        lambda: any(
            "asked by Legal Counsel" in str(one.blocks) for one in office.thread(ts) if one.bot_id
        ),
        within=10,
    )

    await office.slack.people.click(ADA, await office.plan(ts), "stop")
    await office.idle()

    assert office.said(ts) == [("Panelbot", sentences.stopped(["Legal Counsel"]))]
    calls, answered = [], []
    for conversation in office.openai.conversations.values():
        for item in conversation.items:
            match item["type"]:
                case "function_call":
                    calls.append(item["call_id"])
                case "function_call_output":
                    answered.append(item["call_id"])
    assert sorted(calls) == sorted(answered) != []
    go_on.set()
    office.say("and what says legal now?", ts)
    await office.idle()
    assert office.said(ts)[-1][0] == "Legal Counsel"


async def test_a_circle_is_refused_in_one_sentence(office: World):
    await office.slack.people.slash(ADA, GENERAL, "/experts", "consults finance legal")
    told = "Finance Partner would end up consulting itself"
    await office.slack.people.wait_for(
        lambda: told in str(list(office.slack.workspace.ephemeral(ADA)))
    )


async def test_the_form_offers_whom_an_expert_may_consult(office: World):
    people, workspace = office.slack.people, office.slack.workspace
    await people.slash(ADA, GENERAL, "/experts", "edit legal")
    await people.wait_for(lambda: workspace.views)
    view = next(iter(workspace.views))
    assert "Experts that it consults" in str(workspace.views[view].content)

    assert await people.submit_view(ADA, view, {"consults": ["security"]}) == {}
    await people.wait_for(
        lambda: any("edited" in one.text for one in list(workspace.messages(GENERAL))[1:])
    )
    await people.slash(ADA, GENERAL, "/experts", "show legal")
    await people.wait_for(lambda: "consults `security`" in str(list(workspace.ephemeral(ADA))))


async def test_the_demos_model_consults_whose_field_a_question_touches(office: World):
    office.brain._otherwise = RuleBrain().reply
    ts = office.say(
        f"{MENTION} legal: Can we use this MIT library, and what would it cost to support?"
    )
    await office.idle()

    ((who, said),) = office.said(ts)
    assert who == "Legal Counsel"
    assert said.startswith("**MIT library")
    assert "**Finance Partner** adds:" in said

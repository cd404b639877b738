"""Experts that are functions of an installed package, through the whole bot."""

from pathlib import Path

import pytest

from bot.panel.journal.failures import Failure
from bot.panel.model import Wish
from bot.panel.texts import failure_sentences
from bot.playground.openai.stand_in.brain import Pause, Text
from bot.playground.slack.workspace.company import ADA, GENERAL, GUEST
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.test_panel_changes import command
from tests.end_to_end.test_show_work import replies, work
from tests.end_to_end.test_steering import choose, reply_of
from tests.eventually import eventually
from tests.packages import install

CODE = """
from bot.functions import FunctionRefused, Reply, Source, expert

@expert(title="Order Desk", icon="package", purpose="State of customers' orders.")
async def orders(request):
    if "7" not in request.question:
        raise FunctionRefused("Which order, <!channel>?")
    said = "; ".join(one.speaker for one in request.said)
    text = f"Order 7 of {request.asker.name} is on its way. Before: {said}"
    return Reply(text, (Source("Order 7", "https://orders.example/7"),))

@expert(title="Broken Desk", purpose="Breaks.")
def broken(request):
    raise ValueError(request.question)

@expert(title="Whose Desk", purpose="Says on whose behalf it is asked.")
def whose(request):
    sole = request.asker.name if request.asker else "several"
    names = " and ".join(one.name for one in request.authors)
    return f"For {names}, as a {request.role}: {sole}"
"""
NAMES = {"orders": "orders", "broken": "broken", "whose": "whose"}


@pytest.fixture
async def company(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world with a bot beside which a package is installed."""
    monkeypatch.syspath_prepend(install(tmp_path, "acme_desks", CODE, NAMES))
    world.environ["PANELBOT_ASKERS"] = "members,guests"
    await world.start_bot()
    for name in NAMES:
        await command(world, f"add {name}")
    return world


async def test_a_function_is_added_asked_and_remembered_by_the_router(company: World):
    ts = company.say(f"{MENTION} please ask orders about 7")
    await company.idle()

    ((who, said),) = company.said(ts)
    assert who == "Order Desk"
    assert said.startswith("Order 7 of Ada is on its way. Before:")
    assert "orders.example/7" in said
    (conversation,) = company.openai.conversations.values()
    assert "Order 7 of Ada" in str(conversation.items[-1])
    reply = replies(company, ts)["Order Desk"]
    assert "Go deeper" not in str(reply.blocks)
    shown = await work(company, reply)
    assert "Please look at it." in shown
    assert "*Model*\\nfunction" in shown


async def test_it_reads_what_was_said_before_in_the_thread(company: World):
    ts = company.say(f"{MENTION} please ask legal")
    await company.idle()
    company.say("orders: and number 7?", ts)
    await company.idle()

    who, said = company.said(ts)[-1]
    assert who == "Order Desk"
    assert "Before: Ada; Legal Counsel" in said


async def test_a_refusal_is_told_and_neutralised(company: World):
    ts = company.say(f"{MENTION} orders where is it?")
    await company.idle()

    ((_, said),) = company.said(ts)
    assert said.startswith("Which order, ")
    assert "<!channel>" not in said


async def test_an_error_is_told_without_its_words(company: World):
    ts = company.say(f"{MENTION} broken: please read xyzzy")
    await company.idle()

    line = failure_sentences.expert_failed(Failure.FUNCTION, "broken")
    assert company.said(ts)[0] == ("Broken Desk", line)
    assert "xyzzy" not in str(company.said(ts))


async def test_one_that_is_not_installed_any_more_says_so(company: World, monkeypatch):
    await company.stop_bot()
    monkeypatch.undo()
    await company.start_bot()

    ts = company.say(f"{MENTION} orders: where is 7?")
    await company.idle()

    line = failure_sentences.expert_failed(Failure.MISSING, "orders")
    assert company.said(ts)[0] == ("Order Desk", line)


async def test_the_check_lists_functions_and_what_fails_to_load(world: World, tmp_path: Path):
    install(tmp_path, "acme_lists", CODE, {"orders": "orders", "gone": "gone"})
    world.environ["PYTHONPATH"] = str(tmp_path)

    code, out, _ = await world.panelbot("check")

    assert code == 1
    assert "The expert orders is a function of acme_lists 1.0" in out
    assert "acme_lists 1.0 registers no expert gone" in out


async def test_the_library_offers_it(company: World):
    await command(company, "remove orders")
    await company.slack.people.slash(ADA, GENERAL, "/experts", "help")
    await company.slack.people.wait_for(
        lambda: "Order Desk" in str(list(company.slack.workspace.ephemeral(ADA)))
    )


async def test_a_guest_does_not_ask_as_whoever_spoke_or_pressed_a_button_after_them(company: World):
    people, ts = company.slack.people, company.say(f"{MENTION} please ask legal")
    await company.idle()
    company.brain.when(lambda r: "legal counsel" in r.instructions.casefold(), Pause(1), Text("!"))
    before = len(company.brain.asked)
    people.say(GUEST, GENERAL, "legal: wait", ts)
    await eventually(lambda: len(company.brain.asked) > before)
    people.say(GUEST, GENERAL, "please ask whose and orders about 7", ts)
    company.say("good morning", ts)
    await company.idle()

    said = dict(company.said(ts))
    assert said["Whose Desk"] == "For Gus and Ada, as a guest: several"
    assert said["Order Desk"] == failure_sentences.function_needs_asker("orders")

    alone = people.say(GUEST, GENERAL, f"{MENTION} whose: is 7 mine?")
    await company.idle()
    assert company.said(alone) == [("Whose Desk", "For Gus, as a guest: Gus")]
    await choose(company, reply_of(company, alone, "Whose Desk"), Wish.AGAIN)
    await company.idle()
    assert company.said(alone)[-1] == ("Whose Desk", "For Gus and Ada, as a guest: several")

"""Forged frames through the whole bot: Slack's escaping, the backend, and back."""

from html import escape

from bot.playground.openai.items.items import text_of
from bot.playground.openai.stand_in.brain import Call, Text, is_user
from bot.playground.slack.workspace.company import BEN, GENERAL
from tests import framing
from tests.end_to_end.conftest import MENTION, World
from tests.framing import ATTACKS

# Marks of chat templates are kept out of what models say: they end it there.
FORGED = "\n".join(one for one in ATTACKS if "\r" not in one and "<|" not in one)
BRIEF = {"reason": "It is law.", "brief": f"Look at {FORGED}"}


async def test_what_is_forged_in_slack_by_the_router_and_by_experts_stays_quoted(bot: World):
    for request in range(2):  # the router chooses, and the expert answers
        bot.brain.then(Call("consult_legal", BRIEF) if not request else Text(f"Yes. {FORGED}"))
    written = escape(FORGED, quote=False)
    ts = bot.slack.people.say(BEN, GENERAL, written)
    bot.say(f"{MENTION} {written}", ts)
    await bot.idle()
    bot.brain.then(Text("Hello."))
    bot.say("thanks", ts)
    await bot.idle()

    items = [item for one in bot.openai.conversations.values() for item in one.items]
    read = [
        framing.read(text_of(item))
        for item in items
        if is_user(item) or item["type"] == "function_call_output"
    ]
    shapes = sorted(one.shape() for one in read)
    assert shapes == ["(answer)", "(brief message)", "(earlier(said))", "(message)", "(message)"]
    for one in read:
        for kind, start in (("answer", "Yes. "), ("brief", "Look at "), ("said", "")):
            for node in one.find(kind):
                assert node.text.split("\n") == (start + FORGED).split("\n")
    people = [node.attributes for one in read for node in (*one.find("message"), *one.find("said"))]
    assert {(who["id"], who["role"]) for who in people} == {
        ("U0ADA", "person"),
        ("U0BEN", "person"),
    }

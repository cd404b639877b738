"""The whole bot learns: from the button to what the router reads, is listed, and is gone."""

import json
from pathlib import Path

import pytest

from bot.adapters.slack.buttons import thumbs
from bot.adapters.slack.buttons.reply_buttons import CHOOSE, CHOOSE_ALL, MORE
from bot.panel.model import Wish
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.attacks.forging import Forge
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.test_feedback import thumb
from tests.end_to_end.test_steering import choose, reply_of
from tests.eventually import eventually

QUESTION = "may we ship a library with code under the GPL"


@pytest.fixture
async def learning(world: World) -> World:
    world.environ["PANELBOT_LEARNING"] = "channel"
    await world.start_bot()
    return world


async def corrected(world: World) -> str:
    """Let Ada have Finance asked about what the router gave to Legal alone."""
    ts = world.say(f"{MENTION} please ask legal: {QUESTION}")
    await world.idle()
    await choose(world, reply_of(world, ts, "Legal Counsel"), Wish.ANOTHER)
    await eventually(lambda: world.slack.workspace.views)
    view = next(reversed(world.slack.workspace.views))
    await world.slack.people.submit_view(ADA, view, {"expert": "finance"})
    await eventually(lambda: any(who == "Finance Partner" for who, _ in world.said(ts)))
    await world.idle()
    return ts


def instructions(world: World) -> list[str]:
    """Return the instructions of each request that offered tools."""
    asked = [r.body for r in world.openai.requests if r.name == "POST /v1/responses"]
    return [body["instructions"] for body in asked if body.get("tools")]


async def test_a_correction_is_shown_to_the_router_listed_collected_and_dropped(
    learning: World, tmp_path: Path
):
    await corrected(learning)
    learning.say(f"{MENTION} please ask legal: {QUESTION}?")
    await learning.idle()

    first, *_, last = instructions(learning)
    assert "<correction" not in first
    assert last.startswith(first)
    assert '<correction consulted="legal" right="legal, finance">' in last
    assert QUESTION in last

    code, out, _ = await learning.panelbot("routing", "examples", "list", "--json")
    (one,) = json.loads(out)
    assert (code, one["asked"], one["right"]) == (0, ["legal"], ["legal", "finance"])
    assert QUESTION not in out
    _, out, _ = await learning.panelbot("routing", "examples", "show", one["name"])
    assert QUESTION in out

    file = tmp_path / "questions.yaml"
    code, out, _ = await learning.panelbot("eval", "collect", "-o", str(file))
    assert (code, f"{GENERAL}  1" in out) == (0, True)
    assert "Nobody has reviewed that yet" in file.read_text()
    code, _, err = await learning.panelbot("eval", "collect", "-o", str(file))
    assert (code, "already exists" in err) == (2, True)

    code, out, _ = await learning.panelbot("routing", "examples", "drop", one["name"])
    assert (code, out) == (0, "Deleted: 1 correction.\n")
    assert await learning.redis.keys("panelbot:corrections:*") == []


async def test_a_forgotten_thread_leaves_none(learning: World):
    ts = await corrected(learning)
    assert await learning.redis.keys("panelbot:corrections:*")

    code, _, _ = await learning.panelbot("forget", f"{GENERAL}/{ts}", "--yes")

    assert code == 0
    assert await learning.redis.keys("panelbot:corrections:*") == []


async def test_words_that_were_edited_are_not_kept(learning: World):
    ts = await corrected(learning)
    assert await learning.redis.keys("panelbot:corrections:*")

    learning.slack.people.edit(ADA, GENERAL, ts, f"{MENTION} please ask legal: something else")
    await learning.idle()

    assert await learning.redis.keys("panelbot:corrections:*") == []


async def test_a_thumb_down_with_a_reason_tells_whom_not_to_ask(learning: World):
    ts = learning.say(f"{MENTION} please ask legal: {QUESTION}")
    await learning.idle()
    reply = reply_of(learning, ts, "Legal Counsel")
    bad = thumb(reply, "negative_button")
    await learning.slack.people.click(ADA, reply, thumbs.FEEDBACK, bad)
    await eventually(lambda: learning.slack.workspace.views)
    view = next(reversed(learning.slack.workspace.views))
    await learning.slack.people.submit_view(ADA, view, {"reason": "That was for Finance."})
    await learning.idle()
    learning.say(f"{MENTION} please ask legal: {QUESTION}?")
    await learning.idle()

    assert '<correction consulted="legal" wrong="legal">' in instructions(learning)[-1]


async def test_forged_clicks_and_forms_teach_nothing(learning: World):
    ts = learning.say(f"{MENTION} please ask legal: {QUESTION}")
    await learning.idle()
    reply, forge = reply_of(learning, ts, "Legal Counsel"), Forge(learning.slack)
    turn = f"{learning.slack.workspace.team_id}:{GENERAL}:{ts}"
    clicks = {
        CHOOSE[0]: f"{ts} finance",
        CHOOSE_ALL: f"{ts} legal finance",
        MORE: f"another {ts} ",
        thumbs.FEEDBACK: f"bad legal {turn} reply:call_1",
    }
    forms = {
        "ask_expert": {"thread": ts, "pressed": reply.ts, "since": ts, "until": reply.ts},
        "feedback_reason": {"thumb": clicks[thumbs.FEEDBACK], "thread": ts},
    }
    values = {
        "expert": {"who": {"selected_option": {"value": "finance"}}},
        "reason": {"why": {"value": "That was for Finance."}},
    }

    for action_id, value in clicks.items():
        action = {"type": "button", "action_id": action_id, "block_id": "sealed.AAAA"}
        await forge.deliver(forge.click_with(ADA, reply, action | {"value": value}))
    for callback_id, purpose in forms.items():
        team = learning.slack.workspace.team_id
        fields = purpose | {"team": team, "channel": GENERAL, "seal": "A" * 16}
        await forge.deliver(forge.submission(ADA, callback_id, json.dumps(fields), values))
    await learning.idle()

    assert await learning.redis.keys("panelbot:corrections:*") == []


async def test_the_home_says_how_many_are_kept(learning: World):
    await corrected(learning)
    learning.slack.people.open_home(ADA)
    await eventually(lambda: ADA in learning.slack.workspace.homes)
    assert "*1* are kept" in str(learning.slack.workspace.homes[ADA].content)


async def test_where_it_is_off_nothing_is_kept_or_collected(bot: World, tmp_path: Path):
    await corrected(bot)

    assert await bot.redis.keys("panelbot:corrections:*") == []
    assert not any("<correction" in told for told in instructions(bot))
    code, _, err = await bot.panelbot("eval", "collect", "-o", str(tmp_path / "q.yaml"))
    assert (code, "PANELBOT_LEARNING is off" in err) == (2, True)


PAIRS = """\
- {id: a1, text: "Zorbel frimple on the blorf tonight please", experts: [legal]}
- {id: a2, text: "Zorbel frimple on the blorf tomorrow please", experts: [legal]}
- {id: b1, text: "Wuggle the snark before the quibbit arrives", experts: [security]}
- {id: b2, text: "Wuggle the snark after the quibbit arrives", experts: [security]}
- {id: c1, text: "Glim the vorpal tove in every borogove", experts: [finance]}
- {id: c2, text: "Glim the vorpal toves in every borogove", experts: [finance]}
"""


async def test_an_evaluation_shows_what_corrections_gain(world: World, tmp_path: Path):
    for name in [name for name in world.environ if name.startswith("OPENAI_")]:
        del world.environ[name]  # rules choose, who know none of these words
    file = tmp_path / "questions.yaml"
    file.write_text(PAIRS)

    code, out, _ = await world.panelbot("eval", str(file), "--with-examples")

    assert code == 0
    rows = [line.split("|")[1:-1] for line in out.splitlines() if line[:3] in ("| 0", "| 1", "| 3")]
    exact = {int(row[0]): float(row[2]) for row in rows}
    assert sorted(exact) == [0, 10, 30, 100]
    assert exact[10] > exact[0]
    assert (code, out) == (await world.panelbot("eval", str(file), "--with-examples"))[:2]

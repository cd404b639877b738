import asyncio

import pytest

from bot.adapters.openai.labels import unpack
from bot.assembly import storage
from bot.panel.errors import ModelFault
from bot.panel.links import RouterLabels
from bot.panel.model import Expert, ExpertName
from bot.panel.roster.roster import ChannelScope
from bot.panel.texts import refusal_sentences, sentences
from bot.playground.openai.items.items import text_of
from bot.playground.openai.stand_in.brain import Call, Cut, Text
from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL
from tests import openai_faults as faults
from tests import slack_faults as hazards
from tests.end_to_end.conftest import MENTION, World, body

LEGAL = ("Legal Counsel", "Answer 1 of the legal counsel of a technology company")
FINANCE = ("Finance Partner", "Answer 1 of the finance partner of a product team")


async def test_a_mention_is_answered_by_the_experts_and_summed_up(bot_on_both: World):
    bot_on_both.openai.latency.first = lambda _: 1.2
    ts = bot_on_both.say(f"{MENTION} please ask legal and finance")
    await bot_on_both.idle()

    assert sorted(bot_on_both.said(ts)[:2]) == sorted([LEGAL, FINANCE])
    assert bot_on_both.said(ts)[2:] == [("Panelbot", "They agree.")]
    plan = await bot_on_both.plan(ts)
    assert plan.username is None
    assert plan.blocks[0]["title"] == "Asked Finance Partner and Legal Counsel"
    assert [task["status"] for task in plan.blocks[0]["tasks"]] == ["complete", "complete"]
    assert bot_on_both.slack.workspace.statuses == {}


async def test_what_is_answered_within_moments_has_no_plan(bot: World):
    ts = bot.say(f"{MENTION} please ask legal and finance")
    await bot.idle()

    assert len(bot.thread(ts)) == len(bot.said(ts)) == 3
    assert not [call for call in bot.slack.calls if call.method == "chat.update"]


async def test_a_reply_goes_on_without_a_mention_in_the_same_conversations(bot: World):
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    before = set(bot.openai.conversations)

    bot.say("and what says legal now?", ts)
    await bot.idle()

    assert bot.said(ts)[-1][1].startswith("Answer 2 of the legal counsel")
    assert set(bot.openai.conversations) == before


async def test_losing_all_of_redis_loses_no_conversation(bot: World):
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    before = set(bot.openai.conversations)
    await bot.redis.flushdb()

    bot.say("and what says legal now?", ts)
    await bot.idle()

    assert bot.said(ts)[-1][1].startswith("Answer 2 of the legal counsel")
    assert set(bot.openai.conversations) == before


@pytest.mark.parametrize("order", ["message first", "mention first"])
async def test_both_copies_and_all_redeliveries_make_one_turn(bot_on_both: World, order: str):
    bot_on_both.slack.hazards.mention_order = order  # type: ignore[assignment]
    bot_on_both.slack.hazards.extra_deliveries = 2

    ts = bot_on_both.say(f"{MENTION} please ask legal")
    await bot_on_both.idle()

    assert bot_on_both.said(ts) == [LEGAL]


async def test_a_direct_message_roots_a_thread(bot: World):
    channel = bot.slack.workspace.direct_channel(ADA, BOT_USER).id
    ts = bot.slack.people.say(ADA, channel, "please ask legal")
    await bot.idle()

    assert bot.said(ts, channel) == [LEGAL]


async def test_talk_between_people_is_left_alone_but_known_next_time(bot: World):
    ts = bot.say(f"{MENTION} hello")
    await bot.idle()
    bot.say(f"<@{BEN}> what do you think?", ts)
    await bot.idle()
    assert len(bot.said(ts)) == 1

    bot.say("so, legal?", ts)
    await bot.idle()

    labels = {i: unpack(c.metadata) for i, c in bot.openai.conversations.items()}
    (router,) = [i for i, found in labels.items() if isinstance(found, RouterLabels)]
    assert any("@Ben what do you think?" in said for said in bot.asked(router))


async def test_in_threads_of_others_the_bot_is_silent(bot: World):
    ts = bot.say("lunch?")
    bot.say("yes", ts)
    await bot.idle()

    assert bot.said(ts) == []
    assert bot.conversations() == []


async def test_summoned_late_the_panel_reads_what_was_said(bot: World):
    ts = bot.say("We found a library.")
    bot.slack.people.say(BEN, GENERAL, "It is MIT.", ts)
    bot.say(f"{MENTION} thoughts?", ts)
    await bot.idle()

    quoted, _ = bot.brain.asked[0].items
    assert 'from="Ada" id="U0ADA" role="person">\nWe found a library.\n' in text_of(quoted)
    assert 'from="Ben" id="U0BEN" role="person">\nIt is MIT.\n' in text_of(quoted)


async def test_a_muted_thread_answers_only_to_a_mention(bot: World):
    ts = bot.say(f"{MENTION} hello")
    await bot.idle()
    bot.say(f"{MENTION} mute", ts)
    await bot.idle()
    bot.say("anybody?", ts)
    await bot.idle()
    assert bot.said(ts)[-1] == ("Panelbot", sentences.muted())

    bot.say(f"{MENTION} unmute", ts)
    await bot.idle()
    bot.say("back again?", ts)
    await bot.idle()

    assert bot.said(ts)[-1] == ("Panelbot", "I can say that myself.")


async def test_an_expert_joins_and_leaves_a_thread(bot: World):
    ts = bot.say(f"{MENTION} add design")
    await bot.idle()
    bot.say("design please", ts)
    await bot.idle()
    bot.say(f"{MENTION} remove design", ts)
    await bot.idle()

    speakers = [who for who, _ in bot.said(ts)]
    assert speakers == ["Panelbot", "Product Designer", "Panelbot"]
    other = bot.say(f"{MENTION} please ask design")
    await bot.idle()
    assert [who for who, _ in bot.said(other)] == ["Panelbot"]


async def test_nothing_that_a_model_writes_is_live(bot: World):
    bot.brain.then(Call("consult_legal", {"reason": "<!here>", "brief": "<!channel>"}))
    bot.brain.then("<!channel> <@U0BEN> [safe](https://evil.example) ![x](https://i.example/x.png)")

    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()

    for message in bot.thread(ts):
        sent = f"{message.text} {message.blocks}"
        assert "<!" not in sent
        assert "<@" not in sent
        assert "](" not in sent


@pytest.mark.parametrize("text", ["", "🙂", ":wave:", "x" * 40_000])
async def test_odd_messages_are_answered(bot: World, text: str):
    ts = bot.say(f"{MENTION} {text}")
    await bot.idle()

    assert len(bot.said(ts)) >= 1


async def test_messages_that_arrive_meanwhile_are_answered_together(bot: World):
    bot.openai.latency.first = lambda _: 0.3
    ts = bot.say(f"{MENTION} hello")
    await asyncio.sleep(0.1)
    bot.say("legal please", ts)
    bot.say("and finance please", ts)
    await bot.idle()

    routed = [r for r in bot.brain.asked if r.tools and r.may_call]
    assert len(routed) == 2
    assert {who for who, _ in bot.said(ts)} == {"Panelbot", "Legal Counsel", "Finance Partner"}


async def test_a_cut_stream_is_answered_all_the_same_once(bot: World):
    bot.brain.then(Call("consult_legal", {"reason": "r", "brief": "b"}))
    bot.brain.then(Text("half an answer"), Cut(reset=True, stored=False))

    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()

    assert [who for who, _ in bot.said(ts)] == ["Legal Counsel"]


async def test_slack_losing_answers_makes_nothing_appear_twice(bot: World):
    bot.slack.hazards.on("chat.postMessage", hazards.reset(after_effect=True), times=3)

    ts = bot.say(f"{MENTION} please ask legal and finance")
    await bot.idle()

    said = bot.said(ts)
    assert len(said) == len(set(said)) == 3


async def test_no_credit_left_is_told_in_the_thread(bot: World):
    bot.openai.faults.on("POST /v1/responses", faults.status(429, "insufficient_quota"))

    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()

    assert bot.said(ts) == [("Panelbot", refusal_sentences.router_failed(ModelFault.QUOTA))]


async def test_a_question_asked_while_no_worker_runs_is_answered_later(world: World):
    await world.start_bot()
    web, worker = world.bots
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    ts = world.say(f"{MENTION} please ask legal")
    await asyncio.sleep(0.1)
    assert world.said(ts) == []
    web.cancel()
    await asyncio.gather(web, return_exceptions=True)
    world.bots.clear()

    await world.start_bot()
    await world.idle()

    assert world.said(ts) == [LEGAL]


async def test_as_many_as_one_message_asks_fit_and_are_found_again(world: World):
    world.environ["PANELBOT_SLACK_PACE"] = "0"  # Slack wants a second for each reply
    await world.start_bot()
    async with storage.open_storage(world.config()) as memory:
        scope = ChannelScope(world.slack.workspace.team_id, GENERAL)
        for number in range(45):
            name = ExpertName(f"expert-number-{number:010}")
            await memory.panels.add(scope, Expert(name, f"Expert {number}", ":x:", "All.", "Say."))

    ts = world.say(f"{MENTION} everyone hello")
    await world.idle()
    before = set(world.openai.conversations)
    await world.redis.flushdb()
    world.say("legal: still here?", ts)
    await world.idle()

    assert len(before) == 51
    assert set(world.openai.conversations) == before
    assert body(world.thread(ts)[-1]).startswith("Answer 2 of the legal counsel")

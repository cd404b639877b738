"""Forgetting threads, channels and people."""

import asyncio

import pytest

from bot.operations.forgetting.forget_threads import ForgetThreads
from bot.operations.forgetting.survey import Survey, ThreadData
from bot.operations.kept_data import Unanswered
from bot.panel.errors import ModelFault, ModelRefused, Refused
from bot.panel.links import ThreadLinks
from bot.panel.model import ConversationId, Expert, MessageTs, TurnId, UserId
from bot.panel.reports.feedback import Feedback, Judged, Opinion
from bot.panel.roster.documents.knowledge import CollectionOwner, Upload
from bot.panel.roster.roster import ChannelScope, RosterChanges
from bot.panel.routing.corrections import Correction, CorrectionKind
from tests.operations.conftest import ADA, BEN, LEGAL, TEAM, Fakes, thread_ref

EXPERT = Expert(LEGAL, "Legal Counsel", ":scales:", "Law.", "Answer as a lawyer.")
CHANNEL = ChannelScope(TEAM, "C1")


def forgetting(fakes: Fakes, *, wait: float = 0, messages: bool = False) -> ForgetThreads:
    return ForgetThreads(fakes.services, wait=wait, messages=messages)


async def surveyed(fakes: Fakes, thread) -> ThreadData:
    survey = Survey(fakes.services)
    (found,) = [data async for data, _ in survey.look([thread], await survey.kept())]
    return found


async def judge(fakes: Fakes, thread, user) -> None:
    turn = TurnId(f"{TEAM}:{thread.channel_id}:{thread.thread_ts}")
    judged = Judged(turn, "synthesis", None)
    opinion = Feedback(judged, thread.thread_ts, user, Opinion.GOOD, 1, "gpt-6-luna")
    await fakes.feedback.save(TEAM, opinion)


async def test_a_thread_is_forgotten_and_others_stay(fakes: Fakes):
    thread, other = await fakes.answered_thread(1), await fakes.answered_thread(2)
    await fakes.panels.add(thread, EXPERT)
    forget = forgetting(fakes)

    await forget.thread(await surveyed(fakes, thread))

    assert (forget.deleted.threads, forget.deleted.conversations) == (1, 2)
    assert len(fakes.model.conversations) == 2
    assert await fakes.threads.links(thread) == ThreadLinks()
    assert (await fakes.threads.links(other)).router
    assert await fakes.panels.changes([thread]) == [RosterChanges()]
    assert fakes.slack.deleted == []
    assert not fakes.queue.is_busy(thread)


async def test_the_bots_messages_go_the_newest_first_where_that_is_wanted(fakes: Fakes):
    thread = await fakes.answered_thread(1)

    await forgetting(fakes, messages=True).thread(await surveyed(fakes, thread))

    assert fakes.slack.deleted == [(thread, "1.2"), (thread, "1.1")]


async def test_what_waits_in_the_thread_is_dropped(fakes: Fakes):
    thread = await fakes.answered_thread(1)
    await fakes.put(thread, "5.0")
    forget = forgetting(fakes)

    await forget.thread(await surveyed(fakes, thread))

    assert forget.deleted.queued == 1
    assert (await fakes.queue.depth()).waiting == 0


async def test_a_running_turn_is_waited_for_or_refused(fakes: Fakes):
    thread = await fakes.answered_thread(1)
    data = await surveyed(fakes, thread)
    await fakes.put(thread, "5.0")
    claim = await fakes.queue.claim()
    with pytest.raises(Refused, match="a turn is running there"):
        await forgetting(fakes).thread(data)

    waiting = asyncio.create_task(forgetting(fakes, wait=5).thread(data))
    await asyncio.sleep(0)
    await fakes.queue.done(claim)
    await waiting

    assert not fakes.model.conversations


async def test_what_cannot_be_deleted_keeps_its_links_and_releases_the_thread(fakes: Fakes):
    thread = await fakes.answered_thread(1)
    fakes.model.fail_next("delete", ModelRefused(ModelFault.ACCESS, "HTTP 403"))
    forget = forgetting(fakes)

    with pytest.raises(ExceptionGroup):
        await forget.thread(await surveyed(fakes, thread))

    assert forget.deleted.threads == 0
    assert (await fakes.threads.links(thread)).router
    assert not fakes.queue.is_busy(thread)
    await forget.thread(await surveyed(fakes, thread))
    assert not fakes.model.conversations


async def test_a_conversation_linked_since_the_survey_is_deleted_too(fakes: Fakes):
    thread = await fakes.answered_thread(1)
    data = await surveyed(fakes, thread)
    (labels,) = [one.labels for id_, one in fakes.model.conversations.items() if id_ == "conv_1"]
    added = await fakes.model.open(labels)
    links = await fakes.threads.links(thread)
    experts = {**links.experts, "finance": added}
    await fakes.threads.save_links(thread, ThreadLinks(links.router, experts))

    await forgetting(fakes).thread(data)

    assert not fakes.model.conversations


async def test_another_backends_conversation_is_named_if_this_server_lacks_it(fakes: Fakes):
    thread = thread_ref(1)
    await fakes.threads.save_links(thread, ThreadLinks(ConversationId("thread_x")))
    forget = forgetting(fakes)

    await forget.thread(await surveyed(fakes, thread))

    assert forget.deleted.elsewhere == ("thread_x",)


async def test_records_of_the_threads_turns_are_forgotten(fakes: Fakes):
    thread, other = await fakes.answered_thread(1), await fakes.answered_thread(2)
    await fakes.put(thread, "5.0")
    await fakes.queue.bury(await fakes.queue.claim(), "reason")
    (letter,) = await fakes.queue.buried()
    fakes.kept.kept[thread].given_up.append(letter.turn.id)
    fakes.kept.kept[thread].letter_keys.append("dead:1")
    for each in (thread, other):
        await judge(fakes, each, BEN)
    forget = forgetting(fakes)

    await forget.records({thread}, "C1")

    assert (forget.deleted.reports, forget.deleted.given_up, forget.deleted.opinions) == (1, 1, 1)
    assert fakes.kept.erased == ["dead:1", "report:1"]
    assert await fakes.queue.buried() == []


async def test_a_channel_loses_its_panel_documents_notices_and_opinions(fakes: Fakes):
    for channel in ("C1", "C2"):
        scope = ChannelScope(TEAM, channel)
        await fakes.panels.add(scope, EXPERT)
        collection = await fakes.knowledge.create(CollectionOwner(scope, LEGAL))
        await fakes.knowledge.add(collection, Upload("contract.md", b"# Thirty days"))
        await judge(fakes, thread_ref(1, channel), ADA)
        fakes.kept.notices[channel] = [f"told:{channel}"]
    forget = forgetting(fakes)

    await forget.channel("C1")

    assert (forget.deleted.panels, forget.deleted.documents, forget.deleted.opinions) == (1, 1, 1)
    assert await fakes.panels.channels(TEAM) == [ChannelScope(TEAM, "C2")]
    assert [shelf.owner.scope for shelf in fakes.knowledge.shelves.values()] == [
        ChannelScope(TEAM, "C2")
    ]
    assert fakes.kept.erased == ["told:C1"]


async def test_a_person_loses_opinions_and_unanswered_messages(fakes: Fakes):
    thread = await fakes.answered_thread(1, by=BEN)
    await fakes.put(thread, "5.0", ADA)
    await fakes.put(thread, "6.0", BEN)
    fakes.kept.unanswered_of[ADA] = Unanswered(((thread, "5.0"),), ())
    for user in (ADA, BEN):
        await judge(fakes, thread, user)
    forget = forgetting(fakes)

    await forget.person(ADA)

    assert (forget.deleted.queued, forget.deleted.opinions) == (1, 1)
    assert [m.author for m in (await fakes.queue.claim()).turn.messages] == [BEN]


async def test_corrections_go_with_their_thread_channel_and_people(fakes: Fakes):
    def correction(number: int, channel: str = "C1", by: UserId = ADA) -> Correction:
        thread = thread_ref(number, channel)
        return Correction(
            f"T1:{channel}:{number}.0", thread.thread_ts, MessageTs(f"{number}.0"), "?", (),
            CorrectionKind.NAMED, (LEGAL,), people=(by,),
        )  # fmt: skip

    async def left() -> list[str]:
        return [one.id for one in await fakes.corrections.of_team(TEAM)]

    for one in (correction(1), correction(2), correction(3, "C2"), correction(4, "C3", BEN)):
        await fakes.corrections.keep(TEAM, one, shared=True)
    thread = await fakes.answered_thread(1)
    forget = ForgetThreads(fakes.services, wait=0, messages=False)

    async for data, _ in Survey(fakes.services).look([thread], {}):
        await forget.thread(data)
    assert await left() == ["T1:C1:2.0", "T1:C2:3.0", "T1:C3:4.0"]
    await forget.channel("C2")
    assert await left() == ["T1:C1:2.0", "T1:C3:4.0"]
    await forget.person(BEN)
    assert await left() == ["T1:C1:2.0"]
    assert forget.deleted.corrections == 3

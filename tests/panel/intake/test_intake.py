import asyncio
from dataclasses import replace

import pytest

from bot.panel.errors import StoreUnavailable
from bot.panel.intake.intake import Action, Incoming, Intake, decide
from bot.panel.intake.thread_commands import PlainCommand, command_of
from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from bot.panel.threads.thread_store import Standing
from tests.fakes.audit_log import auditor
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.turn_queue import FakeTurnQueue

THREAD = ThreadRef("T1", "C1", "1.0")


def incoming(
    text: str = "hello",
    *,
    ts: str = "2.0",
    mentioned: bool = False,
    is_reply: bool = True,
    addresses_others: bool = False,
) -> Incoming:
    message = Message(MessageTs(ts), UserId("U1"), text, mentioned)
    return Incoming(THREAD, message, is_reply, addresses_others)


@pytest.mark.parametrize("standing", Standing)
def test_a_mention_is_always_taken(standing):
    assert decide(incoming(mentioned=True), standing) is Action.ANSWER


@pytest.mark.parametrize("standing", Standing)
def test_talk_in_the_channel_is_none_of_our_business(standing):
    assert decide(incoming(is_reply=False), standing) is Action.IGNORE


@pytest.mark.parametrize(
    ("standing", "decision"),
    [
        (Standing.OURS, Action.ANSWER),
        (Standing.UNKNOWN, Action.ANSWER),
        (Standing.MUTED, Action.NOTE),
        (Standing.FOREIGN, Action.IGNORE),
    ],
)
def test_a_reply_is_taken_unless_the_thread_is_muted_or_foreign(standing, decision):
    assert decide(incoming(), standing) is decision


def test_a_reply_to_somebody_else_is_only_overheard():
    assert decide(incoming(addresses_others=True), Standing.OURS) is Action.NOTE


@pytest.mark.parametrize(
    ("standing", "decision"),
    [
        (Standing.OURS, Action.NOTE),
        (Standing.UNKNOWN, Action.NOTE),
        (Standing.MUTED, Action.NOTE),
        (Standing.FOREIGN, Action.IGNORE),
    ],
)
def test_what_only_shows_something_waits_for_the_next_question(standing, decision):
    assert decide(replace(incoming(""), only_shows=True), standing) is decision
    direct = replace(incoming("", mentioned=True), only_shows=True)
    assert decide(direct, standing) is Action.ANSWER


@pytest.mark.parametrize("standing", [Standing.UNKNOWN, Standing.OURS, Standing.MUTED])
async def test_what_only_shows_something_is_remembered_even_in_a_thread_that_is_not(
    queue, threads, standing
):
    await threads.set_standing(THREAD, standing)

    await Intake(queue, threads, auditor()).receive(replace(incoming(""), only_shows=True))

    assert await threads.unread_since(THREAD) == "2.0"


@pytest.mark.parametrize("standing", Standing)
async def test_what_apps_say_is_noted_in_our_threads(queue, threads, standing):
    await threads.set_standing(THREAD, standing)

    await Intake(queue, threads, auditor()).note(THREAD, MessageTs("2.0"))

    noted = await threads.unread_since(THREAD) == "2.0"
    assert noted is (standing in (Standing.OURS, Standing.MUTED))


@pytest.fixture
def queue():
    return FakeTurnQueue()


@pytest.fixture
def threads(queue):
    return FakeThreadStore(queue)


async def test_a_mention_makes_the_thread_ours_at_once(queue, threads):
    await Intake(queue, threads, auditor()).receive(incoming(mentioned=True))

    assert await threads.standing(THREAD) is Standing.OURS
    assert (await queue.claim()).turn.messages[0].text == "hello"


@pytest.mark.parametrize("processes", [1, 2])
async def test_both_copies_of_a_mention_make_one_turn(queue, threads, processes):
    for intake in [Intake(queue, threads, auditor()) for _ in range(processes)] * (2 // processes):
        await intake.receive(incoming(mentioned=True))

    assert len((await queue.claim()).turn.messages) == 1


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("fuller", [0, 1])
async def test_what_only_one_copy_of_a_mention_shows_is_asked_about(
    queue, threads, processes, fuller
):
    plain = incoming(mentioned=True)
    shown = replace(plain, message=replace(plain.message, quoted="| Fee |"))
    copies = [shown, plain] if fuller == 0 else [plain, shown]

    intakes = [Intake(queue, threads, auditor()) for _ in range(processes)] * (2 // processes)
    for intake, copy in zip(intakes, copies, strict=True):
        await intake.receive(copy)

    (message,) = (await queue.claim()).turn.messages
    assert message.quoted == "| Fee |"
    assert await threads.edits(THREAD) == {}


async def test_what_the_later_copy_of_a_mention_shows_is_read_with_the_next_question(
    queue, threads
):
    intake, plain = Intake(queue, threads, auditor()), incoming(mentioned=True)
    await taken(queue, intake, plain)

    for _ in range(2):
        await intake.receive(replace(plain, message=replace(plain.message, quoted="| Fee |")))

    assert await threads.edits(THREAD) == {"2.0": "2.0"}


class BriefOutage(FakeTurnQueue):
    """Takes nothing the first time."""

    out = True

    async def put(
        self, thread: ThreadRef, message: Message, *, alone: bool = False, moves: int | None = None
    ) -> bool:
        if self.out:
            self.out = False
            raise StoreUnavailable("for a moment")
        return await super().put(thread, message, alone=alone, moves=moves)


async def test_what_could_not_be_queued_is_queued_when_it_is_delivered_again(threads):
    queue = BriefOutage()
    intake = Intake(queue, threads, auditor())
    with pytest.raises(StoreUnavailable):
        await intake.receive(incoming(mentioned=True))

    await intake.receive(incoming(mentioned=True))

    assert (await queue.claim()).turn.messages


async def test_a_mention_in_a_muted_thread_is_answered_and_leaves_it_muted(queue, threads):
    await threads.set_standing(THREAD, Standing.MUTED)

    await Intake(queue, threads, auditor()).receive(incoming(mentioned=True))

    assert await threads.standing(THREAD) is Standing.MUTED
    assert (await queue.claim()).turn.thread == THREAD


class SecretiveThreadStore(FakeThreadStore):
    """Does not say how the bot stands to a thread."""

    async def standing(self, thread: ThreadRef) -> Standing:
        raise StoreUnavailable(f"who asks about {thread}?")


@pytest.mark.parametrize(("mentioned", "is_reply"), [(True, False), (True, True), (False, False)])
async def test_the_store_is_asked_only_where_its_answer_matters(queue, mentioned, is_reply):
    intake = Intake(queue, SecretiveThreadStore(), auditor())

    await intake.receive(incoming(mentioned=mentioned, is_reply=is_reply))

    with pytest.raises(StoreUnavailable):
        await intake.receive(incoming(ts="3.0", is_reply=True))


class UnevenThreadStore(FakeThreadStore):
    """Answers the first question last."""

    def __init__(self) -> None:
        super().__init__()
        self.questions = 0

    async def standing(self, thread: ThreadRef) -> Standing:
        self.questions += 1
        for _ in range(10 if self.questions == 1 else 0):
            await asyncio.sleep(0)
        return await super().standing(thread)


async def test_what_arrives_in_order_is_queued_in_order(queue):
    intake = Intake(queue, UnevenThreadStore(), auditor())

    await asyncio.gather(*(intake.receive(incoming(ts=f"{number}.0")) for number in (1, 2, 3)))

    assert [m.ts for m in (await queue.claim()).turn.messages] == ["1.0", "2.0", "3.0"]


async def test_what_passes_us_by_is_remembered_for_the_next_turn(queue, threads):
    await threads.set_standing(THREAD, Standing.MUTED)
    intake = Intake(queue, threads, auditor())
    await intake.receive(incoming(ts="2.0"))
    await intake.receive(incoming(ts="3.0"))

    assert await threads.unread_since(THREAD) == "2.0"


async def test_a_command_is_queued_alone(queue, threads):
    intake = Intake(queue, threads, auditor())
    await intake.receive(incoming("add legal", ts="2.0", mentioned=True))
    await intake.receive(incoming("and now?", ts="3.0"))

    assert [m.text for m in (await queue.claim()).turn.messages] == ["add legal"]


ELSEWHERE = {"addresses_others": True, "text": "<@UBEN> what do you think?"}


@pytest.mark.parametrize("changed", [incoming(**ELSEWHERE), incoming(is_reply=False)])
async def test_what_is_not_for_us_any_more_is_not_answered(queue, threads, changed):
    intake = Intake(queue, threads, auditor())
    await intake.receive(incoming(mentioned=True))

    await intake.amend(THREAD, MessageTs("2.0"), changed)

    assert (await queue.depth()).waiting == 0
    assert await threads.unread_since(THREAD) == "2.0"


async def test_what_was_edited_is_taken_as_it_is_now_and_what_was_deleted_is_not(queue, threads):
    intake = Intake(queue, threads, auditor())
    await intake.receive(incoming(mentioned=True))
    await intake.receive(incoming(mentioned=True, ts="3.0"))

    await intake.amend(THREAD, MessageTs("2.0"), incoming("hello again"))
    await intake.amend(THREAD, MessageTs("3.0"), None)

    claim = await queue.claim()
    assert [message.text for message in claim.turn.messages] == ["hello again"]
    assert await threads.unread_since(THREAD) is None


async def test_what_is_edited_while_it_is_queued_is_taken_as_it_is_now(queue):
    threads = UnevenThreadStore()
    intake = Intake(queue, threads, auditor())
    first = asyncio.create_task(intake.receive(incoming("one")))
    await asyncio.sleep(0)
    await intake.amend(THREAD, MessageTs("2.0"), incoming("two"))
    await first

    assert [one.text for one in (await queue.claim()).turn.messages] == ["two"]


AT = MessageTs("4000.0")  # an hour and more after the messages


def addressed_to_ben(**fields) -> Incoming:
    return incoming("<@UBEN> what about it?", addresses_others=True, **fields)


async def waiting_texts(queue: FakeTurnQueue) -> list[str]:
    waiting = (await queue.depth()).waiting
    return [message.text for message in (await queue.claim()).turn.messages] if waiting else []


async def taken(queue: FakeTurnQueue, intake: Intake, message: Incoming):
    await intake.receive(message)
    return await queue.claim()


@pytest.mark.parametrize("is_done", [False, True])
async def test_what_is_edited_once_its_turn_has_begun_is_noted(queue, threads, is_done):
    intake = Intake(queue, threads, auditor())
    asked = incoming(mentioned=True)
    claim = await taken(queue, intake, asked)
    if is_done:
        await queue.done(claim)
    edited = incoming("hello again", mentioned=True)

    for _ in range(4):
        await intake.amend(THREAD, MessageTs("2.0"), edited, before=asked, at=MessageTs("2.5"))

    assert await threads.edits(THREAD) == {"2.0": "2.5"}
    assert (await queue.depth()).waiting == 0
    assert await threads.unread_since(THREAD) is None


class ForgetfulThreads(FakeThreadStore):
    """Is away when an edit is noted for the first time."""

    is_away = True

    async def mark_edited(self, thread: ThreadRef, ts: MessageTs, at: MessageTs) -> None:
        if self.is_away:
            self.is_away = False
            raise StoreUnavailable("away")
        await super().mark_edited(thread, ts, at)


async def test_an_edit_that_slack_tells_again_is_noted(queue):
    threads = ForgetfulThreads()
    intake, asked = Intake(queue, threads, auditor()), incoming(mentioned=True)
    await taken(queue, Intake(queue, threads, auditor()), asked)
    edited = incoming("hello again", mentioned=True)

    with pytest.raises(StoreUnavailable):
        await intake.amend(THREAD, MessageTs("2.0"), edited, before=asked, at=MessageTs("2.5"))
    await intake.amend(THREAD, MessageTs("2.0"), edited, before=asked, at=MessageTs("2.5"))

    assert await threads.edits(THREAD) == {"2.0": "2.5"}


async def test_an_edit_of_a_question_is_noted_before_its_thread_counts_as_ours(queue, threads):
    asked, edited = incoming(), incoming("hello again", mentioned=True)
    await Intake(queue, threads, auditor()).receive(asked)  # the worker finds out whose it is
    await queue.claim()

    await Intake(queue, threads, auditor()).amend(
        THREAD, MessageTs("2.0"), edited, before=asked, at=MessageTs("2.5")
    )

    assert await threads.edits(THREAD) == {"2.0": "2.5"}


async def test_an_edit_of_a_reply_that_overtook_the_first_mention_is_noted(queue, threads):
    asked, edited = incoming(), incoming("hello again")
    await Intake(queue, threads, auditor()).receive(asked)  # the worker finds out whose it is
    await queue.claim()

    await Intake(queue, threads, auditor()).amend(
        THREAD, MessageTs("2.0"), edited, before=asked, at=MessageTs("2.5")
    )

    assert await threads.edits(THREAD) == {"2.0": "2.5"}


@pytest.mark.parametrize("standing", [Standing.UNKNOWN, Standing.FOREIGN])
async def test_what_is_edited_among_people_is_not_noted(queue, threads, standing):
    await threads.set_standing(THREAD, standing)
    before, edited = incoming("a"), incoming("b")

    await Intake(queue, threads, auditor()).amend(
        THREAD, MessageTs("2.0"), edited, before=before, at=AT
    )

    assert await threads.edits(THREAD) == {}


@pytest.mark.parametrize("before", [None, incoming(is_reply=False), addressed_to_ben()])
@pytest.mark.parametrize("order", ["mention first", "change first", "change only"])
@pytest.mark.parametrize("processes", [1, 2])
async def test_a_mention_that_is_edited_in_makes_one_turn(queue, threads, before, order, processes):
    first, second = ([Intake(queue, threads, auditor()) for _ in range(processes)] * 2)[:2]
    edited = incoming("hello, you", mentioned=True, is_reply=before is None or before.is_reply)
    if order == "mention first":
        await first.receive(edited)
    for _ in range(2):
        await second.amend(THREAD, MessageTs("2.0"), edited, before=before, at=AT)
    if order == "change first":
        await first.receive(edited)

    assert await waiting_texts(queue) == ["hello, you"]
    assert (await queue.depth()).waiting == 0
    assert await threads.standing(THREAD) is Standing.OURS


async def test_the_turn_of_a_mention_that_was_edited_in_has_read_it(queue, threads):
    intake = Intake(queue, threads, auditor())
    edited = incoming("hello, you", mentioned=True)

    for _ in range(2):
        await intake.amend(THREAD, MessageTs("2.0"), edited, before=incoming("hello"), at=AT)
        if (await queue.depth()).waiting:
            await queue.done(await queue.claim())

    assert await threads.edits(THREAD) == {}


async def test_a_reply_that_was_answered_is_not_answered_again_with_a_mention(queue, threads):
    await threads.make_ours(THREAD)
    intake = Intake(queue, threads, auditor())
    await queue.done(await taken(queue, intake, incoming("hello")))
    edited = incoming("hello, you", mentioned=True)

    await intake.amend(THREAD, MessageTs("2.0"), edited, before=incoming("hello"), at=AT)

    assert (await queue.depth()).waiting == 0
    assert await threads.edits(THREAD) == {"2.0": AT}


@pytest.mark.parametrize("before", [None, incoming("hello", mentioned=True)])
async def test_an_old_question_is_not_asked_again(queue, threads, before):
    await threads.make_ours(THREAD)
    edited = incoming("hello again", mentioned=True)

    await Intake(queue, threads, auditor()).amend(
        THREAD, MessageTs("2.0"), edited, before=before, at=AT
    )  # the queue has forgotten it

    assert (await queue.depth()).waiting == 0
    assert await threads.edits(THREAD) == {"2.0": AT}


async def test_a_question_whose_edit_overtakes_it_is_asked_as_edited(queue, threads):
    intake = Intake(queue, threads, auditor())
    asked = incoming(mentioned=True)
    edited = incoming("hello again", mentioned=True)

    await intake.amend(THREAD, MessageTs("2.0"), edited, before=asked, at=MessageTs("2.5"))
    await intake.receive(asked)

    assert await waiting_texts(queue) == ["hello again"]


async def test_a_reply_that_is_turned_to_the_panel_is_answered(queue, threads):
    await threads.make_ours(THREAD)
    intake = Intake(queue, threads, auditor())
    await intake.receive(addressed_to_ben())

    edited = incoming("what about it?")
    await intake.amend(THREAD, MessageTs("2.0"), edited, before=addressed_to_ben(), at=AT)

    assert await waiting_texts(queue) == ["what about it?"]


async def test_talk_from_before_the_summons_is_not_answered_for_an_edit(queue, threads):
    await threads.make_ours(THREAD)
    edited = incoming("lunch at one?")

    await Intake(queue, threads, auditor()).amend(
        THREAD, MessageTs("2.0"), edited, before=incoming("lunch?"), at=MessageTs("2.5")
    )

    assert (await queue.depth()).waiting == 0


@pytest.mark.parametrize("begun", [False, True])
async def test_a_question_that_becomes_stop_is_not_answered(queue, threads, begun):
    intake = Intake(queue, threads, auditor())
    asked = incoming(mentioned=True)
    await intake.receive(asked)
    if begun:
        await queue.claim()

    stop = incoming("stop", mentioned=True)
    await intake.amend(THREAD, MessageTs("2.0"), stop, before=asked, at=MessageTs("2.5"))

    assert (await queue.depth()).waiting == 0
    assert bool(await queue.stop_requests()) is begun
    assert await threads.edits(THREAD) == {}


async def running(queue: FakeTurnQueue, intake: Intake) -> None:
    """Let a turn run in the thread."""
    await taken(queue, intake, incoming("legal, may we?", mentioned=True))


@pytest.mark.parametrize("words", ["stop", "*Stop!* please", "stop, stop"])
async def test_a_plain_stop_ends_what_runs_and_what_waits(queue, threads, words):
    intake = Intake(queue, threads, auditor())
    await running(queue, intake)
    await intake.receive(incoming("and finance?", ts="3.0"))

    for _ in range(2):  # Slack delivers it again
        await intake.receive(incoming(words, ts="4.0"))

    assert set(await queue.stop_requests()) == {THREAD}
    assert (await queue.depth()).waiting == 0


async def test_what_is_asked_after_a_stop_is_answered_though_it_arrives_before(queue, threads):
    intake = Intake(queue, threads, auditor())
    await running(queue, intake)

    for text, ts in (("and finance?", "5.0"), ("stop", "4.0")):
        await intake.receive(incoming(text, ts=ts))

    assert set(await queue.stop_requests()) == {THREAD}
    assert await threads.unread_since(THREAD) is None
    assert await queue.busy([THREAD])
    assert [one[0].text for one in queue._inboxes[THREAD]] == ["and finance?"]


async def test_a_plain_stop_is_answered_if_it_only_took_back_what_waited(queue, threads):
    intake = Intake(queue, threads, auditor())
    await intake.receive(incoming("may we?", mentioned=True))

    for _ in range(2):
        await intake.receive(incoming("stop", ts="4.0"))

    claim = await queue.claim()
    assert command_of(claim.turn) == PlainCommand.STOP
    assert (await queue.depth()).waiting == 0


async def test_a_plain_stop_is_what_somebody_says_if_nothing_is_being_done(queue, threads):
    await threads.make_ours(THREAD)

    claim = await taken(queue, Intake(queue, threads, auditor()), incoming("stop", ts="4.0"))

    assert command_of(claim.turn) is None


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing.MUTED, {}),
        (Standing.OURS, {"addresses_others": True}),
        (Standing.OURS, {"text": "stop the pump"}),
    ],
)
async def test_a_stop_among_people_stops_nothing(queue, threads, standing, said):
    intake = Intake(queue, threads, auditor())
    await running(queue, intake)
    await threads.set_standing(THREAD, standing)

    await intake.receive(incoming(**{"text": "stop", "ts": "4.0", **said}))

    assert await queue.stop_requests() == {}


async def test_who_may_not_ask_stops_nothing(queue, threads):
    async def may_ask(*_: str) -> bool:
        return False

    intake = Intake(queue, threads, auditor(), may_ask)
    await running(queue, intake)

    await intake.receive(incoming("stop", ts="4.0"))

    assert await queue.stop_requests() == {}
    assert (await queue.depth()).running == 1


@pytest.mark.parametrize("begun", [False, True])
async def test_a_reply_that_becomes_a_plain_stop_is_not_answered(queue, threads, begun):
    await threads.make_ours(THREAD)
    intake = Intake(queue, threads, auditor())
    asked = incoming("may we?")
    await intake.receive(asked)
    if begun:
        await queue.claim()

    for _ in range(2):
        await intake.amend(
            THREAD, MessageTs("2.0"), incoming("stop"), before=asked, at=MessageTs("2.5")
        )

    assert (await queue.depth()).waiting == 0
    assert bool(await queue.stop_requests()) is begun


async def test_a_reply_that_becomes_a_plain_stop_when_all_is_done_is_read_later(queue, threads):
    await threads.make_ours(THREAD)
    intake = Intake(queue, threads, auditor())
    asked = incoming("go on")
    await queue.done(await taken(queue, intake, asked))

    await intake.amend(
        THREAD, MessageTs("2.0"), incoming("stop"), before=asked, at=MessageTs("2.5")
    )

    assert (await queue.depth()).waiting == 0
    assert await threads.edits(THREAD) == {"2.0": "2.5"}


@pytest.mark.parametrize("begun", [False, True])
async def test_a_question_that_becomes_a_command_is_carried_out_once(queue, threads, begun):
    intake = Intake(queue, threads, auditor())
    asked = incoming("mut", mentioned=True)
    await intake.receive(asked)
    if begun:
        await queue.done(await queue.claim())
    mute = incoming("mute", mentioned=True)

    for _ in range(2):
        await intake.amend(THREAD, MessageTs("2.0"), mute, before=asked, at=MessageTs("2.5"))
    await intake.amend(
        THREAD, MessageTs("2.0"), incoming("mute!", mentioned=True), before=mute, at=AT
    )

    claim = await queue.claim()
    assert [(m.ts, m.text) for m in claim.turn.messages] == [("2.5", "mute")]
    assert (await queue.depth()).waiting == 0


@pytest.mark.parametrize("asked", [incoming("see <https://x.y>", mentioned=True), incoming()])
async def test_the_preview_of_a_link_makes_no_turn(queue, threads, asked):
    await threads.make_ours(THREAD)
    intake = Intake(queue, threads, auditor())
    await queue.done(await taken(queue, intake, asked))
    shown = replace(asked, message=replace(asked.message, quoted="A page"))

    for other in (intake, Intake(queue, threads, auditor())) * 2:
        await other.amend(THREAD, MessageTs("2.0"), shown, before=asked, at=MessageTs("2.5"))

    assert (await queue.depth()).waiting == 0
    assert await threads.edits(THREAD) == {"2.0": "2.5"}


@pytest.mark.parametrize("standing", [Standing.OURS, Standing.UNKNOWN])
async def test_an_old_mention_that_comes_again_with_an_edit_is_not_answered_again(
    queue, threads, standing
):
    await threads.set_standing(THREAD, standing)
    again = replace(incoming("hello, you", mentioned=True), edited=AT)

    await Intake(queue, threads, auditor()).receive(
        again
    )  # the queue has forgotten it, if it was answered

    assert (await queue.depth()).waiting == (standing is Standing.UNKNOWN)


async def test_a_mention_that_is_edited_out_and_in_again_is_asked(queue, threads):
    intake = Intake(queue, threads, auditor())
    asked, talk = incoming("legal?", mentioned=True, is_reply=False), incoming(is_reply=False)
    await intake.receive(asked)

    await intake.amend(THREAD, MessageTs("2.0"), talk, before=asked, at=MessageTs("2.5"))
    waiting = (await queue.depth()).waiting
    await intake.receive(asked)  # its other event, late
    back = incoming("legal, please?", mentioned=True, is_reply=False)
    await intake.amend(THREAD, MessageTs("2.0"), back, before=talk, at=MessageTs("2.7"))

    assert waiting == 0
    assert await waiting_texts(queue) == ["legal, please?"]

"""The promises of Messenger, on the fake and on Slack's adapter alike."""

from dataclasses import dataclass, replace

import pytest

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.identity import identify
from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.posting.messenger import SlackMessenger
from bot.panel.errors import MessengerRefused, MessengerUnavailable, ThreadGone
from bot.panel.messaging.messenger import PlanTask, Post, TaskState
from bot.panel.messaging.rate_limiter import NoRateLimiter
from bot.panel.model import ConversationId, ExpertName, Persona, ThreadRef, TurnId, UserId
from bot.panel.retries import Backoff
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests import slack_faults as hazards
from tests.fakes.messenger import RecordingMessenger
from tests.fakes.outbox import FakeOutbox
from tests.fakes.turn_queue import FakeTurnQueue

LEGAL = Persona("Legal Counsel", ":scales:")


@dataclass
class FakeSlack:
    """A thread of the fake."""

    messenger: RecordingMessenger
    thread = ThreadRef("T1", GENERAL, "1.0")
    elsewhere = ThreadRef("T1", GENERAL, "2.0")
    turn = TurnId("T1:C0GENERAL:1.0")

    def said(self):
        return self.messenger.said

    def say_more(self):
        return TurnId("T1:C0GENERAL:2000.0")

    def status(self, thread):
        return self.messenger.shown.get(thread, "")

    def lose_answer(self, part):
        self.messenger.fail_next(part, MessengerUnavailable("reset"), after_effect=True)

    def end_streams(self):
        self.messenger.open.clear()

    def delete_thread(self, accepts_posts):
        self.messenger.deleted.add(self.thread)
        self.messenger.refuses_statuses = not accepts_posts


class LocalSlack:
    """A thread in the local Slack."""

    def __init__(self, slack: SlackPlayground, messenger: SlackMessenger) -> None:
        self.slack, self.messenger = slack, messenger
        self.thread = ThreadRef("T0ACME", GENERAL, slack.people.say(ADA, GENERAL, "one"))
        self.elsewhere = ThreadRef("T0ACME", GENERAL, slack.people.say(ADA, GENERAL, "other"))
        self.turn = TurnId(f"T0ACME:{GENERAL}:{self.thread.thread_ts}")

    def said(self):
        replies = self.slack.workspace.thread(GENERAL, self.thread.thread_ts)[1:]
        return [(r.username, _words(r.blocks[0])) for r in replies]

    def say_more(self):
        ts = self.slack.people.say(ADA, GENERAL, "more", thread_ts=self.thread.thread_ts)
        return TurnId(f"T0ACME:{GENERAL}:{ts}")

    def status(self, thread):
        status = self.slack.workspace.statuses.get((GENERAL, thread.thread_ts))
        return status.text if status else ""

    def lose_answer(self, _part):
        self.slack.hazards.on("chat.postMessage", hazards.reset(after_effect=True))
        self.slack.hazards.on("conversations.replies", hazards.rate_limited(99))

    def end_streams(self):
        self.slack.hazards.stream_lasts = 0

    def delete_thread(self, accepts_posts):
        if accepts_posts:
            self.slack.hazards.deleted_threads = "posted in the channel"
        self.slack.people.delete(ADA, GENERAL, self.thread.thread_ts)


def _words(block):
    return block.get("text") or block["title"]


@pytest.fixture(params=["fake", "slack"])
async def place(request, slack_inspector):
    if request.param == "fake":
        yield FakeSlack(RecordingMessenger())
        return
    async with SlackPlayground() as slack, web_api.session() as session:
        web = web_api.client(slack.bot_token, slack.api_url, session)
        api, signer = SlackApi(web, NoRateLimiter()), StampSigner(["a-secret-of-at-least-16"])
        outbox = FakeOutbox(FakeTurnQueue())
        yield LocalSlack(
            slack, SlackMessenger(api, await identify(web), signer, outbox, backoff=Backoff(()))
        )
        slack_inspector.look_at(slack.calls)


def reply(place, part="reply:call_1:0", text="Yes."):
    router, expert = ConversationId("conv_1"), ExpertName("legal")
    return Post(place.turn, part, text, router, LEGAL, expert)


def tasks(state):
    return [PlanTask("call_1", LEGAL, "Licences.", state)]


async def test_what_is_said_shows_in_order_under_the_speakers_name(place):
    one = await place.messenger.post(place.thread, reply(place))
    closing = replace(reply(place, "synthesis:0", "All agree."), persona=None, expert=None)
    other = await place.messenger.post(place.thread, closing)

    assert place.said() == [("Legal Counsel", "Yes."), (None, "All agree.")]
    assert float(one) < float(other)


async def test_a_message_is_found_by_its_turn_and_part(place):
    ts = await place.messenger.post(place.thread, reply(place))

    assert await place.messenger.find(place.thread, place.turn, "reply:call_1:0") == ts


async def test_what_was_not_posted_is_not_found(place):
    await place.messenger.post(place.thread, reply(place))
    find = place.messenger.find

    assert await find(place.thread, place.turn, "reply:call_2:0") is None
    assert await find(place.thread, TurnId("T1:C1:1.5"), "reply:call_1:0") is None
    assert await find(place.elsewhere, place.turn, "reply:call_1:0") is None


async def test_what_was_posted_before_the_failure_is_found(place):
    place.lose_answer("reply:call_1:0")

    with pytest.raises(MessengerUnavailable):
        await place.messenger.post(place.thread, reply(place))

    assert await place.messenger.find(place.thread, place.turn, "reply:call_1:0") is not None
    assert len(place.said()) == 1


async def test_pieces_hold_all_that_is_said_and_can_be_posted(place):
    words = [f"word{n}" for n in range(4_000)]

    pieces = place.messenger.pieces(" ".join(words))
    for number, piece in enumerate(pieces):
        await place.messenger.post(place.thread, reply(place, f"reply:call_1:{number}", piece))

    assert len(pieces) > 1
    assert [text for _, text in place.said()] == list(pieces)
    assert "".join(pieces).replace(" ", "") == "".join(words)


async def test_nothing_has_no_pieces(place):
    assert list(place.messenger.pieces("")) == []


async def test_the_plan_stays_one_message(place):
    plan = Post(place.turn, "plan", "Asking Legal Counsel", ConversationId("conv_1"))

    ts = await place.messenger.post_plan(place.thread, plan, tasks(TaskState.WORKING))
    await place.messenger.update_plan(place.thread, ts, plan, tasks(TaskState.WORKING))
    asked = replace(plan, text="Asked Legal Counsel")
    ended = place.messenger.plan_ended(place.thread, ts, asked, tasks(TaskState.DONE))
    for _again in range(2):
        await place.messenger.send(ended)

    assert place.said() == [(None, "Asked Legal Counsel")]
    assert await place.messenger.find(place.thread, place.turn, "plan") == ts


async def test_showing_the_status_says_nothing(place):
    await place.messenger.show_status(place.thread, "is reading…")
    await place.messenger.show_status(place.thread, "")

    assert place.said() == []


@pytest.mark.parametrize("way", ["post", "post_plan", "open_stream"])
async def test_what_is_posted_takes_the_status_of_its_thread_away(place, way):
    for thread in (place.thread, place.elsewhere):
        await place.messenger.show_status(thread, "is reading…")
    assert place.status(place.thread) == place.status(place.elsewhere) == "is reading…"

    match way:
        case "post":
            await place.messenger.post(place.thread, reply(place))
        case "post_plan":
            plan = Post(place.turn, "plan", "Asking", ConversationId("conv_1"))
            await place.messenger.post_plan(place.thread, plan, tasks(TaskState.WORKING))
        case "open_stream":
            await begin_stream(place)

    assert place.status(place.thread) == ""
    assert place.status(place.elsewhere) == "is reading…"
    await place.messenger.show_status(place.elsewhere, "")
    assert place.status(place.elsewhere) == ""


TEXT = "Yes. So it is. And so it stays. For good."


async def begin_stream(place):
    """Open a stream with what is sure of a text; returns its ts and that."""
    shown = place.messenger.growing_text().next_chunk("", TEXT[:20])
    begun = reply(place, text=shown)
    return await place.messenger.open_stream(place.thread, begun, UserId(ADA)), shown


async def test_what_grows_and_ends_is_one_message_of_the_whole_text(place):
    ts, shown = await begin_stream(place)
    more = place.messenger.growing_text().next_chunk(shown, TEXT)
    assert place.said() == [("Legal Counsel", shown)]
    assert await place.messenger.extend_stream(place.thread, ts, more)
    assert await place.messenger.find(place.thread, place.turn, "reply:call_1:0") is None

    left = place.messenger.last_chunk(shown + more, TEXT)
    whole = reply(place, text=shown + more + left)
    assert await place.messenger.close_stream(place.thread, ts, whole, left)

    assert place.said() == [("Legal Counsel", TEXT)]
    assert await place.messenger.find(place.thread, place.turn, "reply:call_1:0") == ts


async def test_a_text_that_begins_otherwise_has_no_rest(place):
    assert place.messenger.last_chunk("No. ", TEXT) is None
    assert place.messenger.growing_text().next_chunk("No. ", TEXT) == ""


async def test_a_stream_that_is_over_shows_what_it_showed(place):
    ts, shown = await begin_stream(place)
    place.end_streams()

    with pytest.raises(MessengerRefused):
        await place.messenger.extend_stream(place.thread, ts, "Or not. ")
    assert not await place.messenger.close_stream(place.thread, ts, reply(place), "Or not.")

    assert place.said() == [("Legal Counsel", shown)]
    assert await place.messenger.find(place.thread, place.turn, "reply:call_1:0") is None


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_stream_is_withdrawn_also_if_its_ts_is_not_known(place, is_known):
    other = await place.messenger.post(place.thread, reply(place, "reply:call_0:0", "Before."))
    ts, _ = await begin_stream(place)

    for _again in range(2):
        await place.messenger.withdraw_stream(
            place.thread, ts if is_known else None, reply(place), {other}
        )

    assert place.said() == [("Legal Counsel", "Before.")]


async def test_of_streams_whose_ts_is_not_known_only_those_of_the_turn_are_withdrawn(place):
    older, _ = await begin_stream(place)
    now = place.say_more()
    elsewhere = await place.messenger.open_stream(place.elsewhere, reply(place), UserId(ADA))
    other = replace(reply(place), persona=Persona("Finance Partner", ":moneybag:"))
    of_another = await place.messenger.open_stream(place.thread, other, UserId(ADA))

    await place.messenger.withdraw_stream(place.thread, None, replace(reply(place), turn=now), ())

    for where, ts in (
        (place.thread, older),
        (place.elsewhere, elsewhere),
        (place.thread, of_another),
    ):
        assert await place.messenger.extend_stream(where, ts, "And more. ")


# --- deleted threads


@pytest.mark.parametrize("accepts_posts", [False, True])
async def test_in_a_deleted_thread_nothing_is_posted(place, accepts_posts):
    place.delete_thread(accepts_posts)
    messenger, plan = place.messenger, reply(place, "plan")

    with pytest.raises(ThreadGone):
        await messenger.post(place.thread, reply(place))
    with pytest.raises(ThreadGone):
        await messenger.post_plan(place.thread, plan, tasks(TaskState.WORKING))
    with pytest.raises(ThreadGone):
        await messenger.open_stream(place.thread, reply(place), UserId(ADA))
    assert place.said() == []


async def test_a_status_in_a_deleted_thread_is_refused_and_clearing_it_is_not(place):
    place.delete_thread(accepts_posts=False)

    with pytest.raises(ThreadGone):
        await place.messenger.show_status(place.thread, "is thinking…")
    await place.messenger.show_status(place.thread, "")


async def test_a_message_is_deleted_once(place):
    ts = await place.messenger.post(place.thread, reply(place))
    other = await place.messenger.post(place.thread, reply(place, "router:0", "No."))

    for _ in range(2):
        await place.messenger.delete(place.thread, ts)

    assert await place.messenger.find(place.thread, place.turn, "reply:call_1:0") is None
    assert await place.messenger.find(place.thread, place.turn, "router:0") == other

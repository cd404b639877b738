"""Messages that grow, in front of a local Slack and everything that it may refuse."""

import json
from dataclasses import replace

import pytest

from bot.adapters.slack.api.answers import NO_CHANNEL, UNFIT, Ambiguous
from bot.panel.errors import MessengerRefused, ThreadGone
from bot.panel.messaging.messenger import Post
from bot.panel.model import ConversationId, ExpertName, MessageTs, Persona, TurnId, UserId
from bot.playground.slack.workspace.company import ADA, BOT_USER, GENERAL
from tests import slack_faults as hazards

LEGAL = Persona("Legal Counsel", ":scales:")
PART = "reply:call_1:0"
LOST = [hazards.reset, hazards.silence, hazards.server_error]


class Place:
    """A thread in a direct message."""

    def __init__(self, neighbour) -> None:
        self.neighbour, self.slack = neighbour, neighbour.slack
        self.messenger = neighbour.messenger
        direct = self.slack.workspace.direct_channel(ADA, BOT_USER)
        self.thread = neighbour.begin("May we?", direct.id)

    @property
    def turn(self):
        return TurnId(f"T0ACME:{self.thread.channel_id}:{self.thread.thread_ts}")

    def post(self, text, part=PART):
        router, legal = ConversationId("conv_1"), ExpertName("legal")
        return Post(self.turn, part, text, router, LEGAL, legal, ends_reply=True)

    async def open(self, text="Yes, "):
        return await self.messenger.open_stream(self.thread, self.post(text), UserId(ADA))

    async def extend(self, ts, more="you "):
        return await self.messenger.extend_stream(self.thread, ts, more)

    async def close(self, ts, more="may.", whole="Yes, you may."):
        return await self.messenger.close_stream(self.thread, ts, self.post(whole), more)

    async def find(self):
        return await self.messenger.find(self.thread, self.turn, PART)

    async def withdraw(self, ts, ours=()):
        await self.messenger.withdraw_stream(self.thread, ts, self.post(""), ours)

    def replies(self):
        return self.neighbour.replies(self.thread)

    def args(self, method):
        return [call.args for call in self.slack.calls if call.method == method]


@pytest.fixture
async def place(neighbour):
    return Place(neighbour)


async def test_a_message_grows_under_its_persona_and_ends_with_buttons_and_a_stamp(place):
    ts = await place.open()
    assert await place.extend(ts)
    (reply,) = place.replies()
    assert (reply.username, reply.icon_emoji, reply.text) == (
        "Legal Counsel",
        ":scales:",
        "Yes, you ",
    )
    assert reply.streaming
    assert await place.find() is None

    assert await place.close(ts)

    (reply,) = place.replies()
    assert not reply.streaming
    assert [block["type"] for block in reply.blocks][:2] == ["markdown", "actions"]
    assert reply.blocks[0]["text"] == "Yes, you may."
    assert await place.find() == ts
    assert place.neighbour.count("chat.update") == 0


async def test_in_a_channel_it_is_said_for_whom(place):
    place.thread = place.neighbour.begin("May we?", GENERAL)

    assert await place.open()

    (sent,) = place.args("chat.startStream")
    assert (sent["recipient_user_id"], sent["recipient_team_id"]) == (ADA, "T0ACME")


async def test_only_a_direct_message_is_private(place):
    assert place.messenger.is_private(place.thread)
    assert not place.messenger.is_private(replace(place.thread, channel_id=GENERAL))


def documented(shared, method):
    return json.loads((shared / "slack" / "methods" / f"{method}.json").read_text())["errors"]


@pytest.mark.parametrize("code", sorted(NO_CHANNEL))
async def test_no_stream_begins_in_a_channel_that_is_closed_to_us(place, code):
    place.slack.hazards.on("chat.startStream", hazards.error(code))

    with pytest.raises(ThreadGone):
        await place.open()


async def test_whatever_slack_says_no_stream_begins_and_none_is_left(place, shared):
    codes = [*documented(shared, "chat.startStream"), "unknown_method", "missing_scope", "new_code"]
    for code in {*codes} - {"rate_limited"} - NO_CHANNEL:
        place.slack.hazards.on("chat.startStream", hazards.error(code))
        assert await place.open() is None, code
    assert place.replies() == []


@pytest.mark.parametrize("fault", [hazards.rate_limited(60), hazards.rate_limited(2)])
async def test_no_stream_starts_and_nobody_waits_while_slack_is_too_busy(place, fault):
    place.slack.hazards.on("chat.startStream", fault)

    assert await place.open() is None


async def test_a_slack_that_is_too_busy_lets_the_message_grow_later(place):
    ts = await place.open()
    place.slack.hazards.on("chat.appendStream", hazards.rate_limited(2))

    assert not await place.extend(ts)
    assert await place.extend(ts)

    assert place.replies()[0].text == "Yes, you "


async def test_whatever_slack_says_the_message_has_not_grown(place, shared):
    ts = await place.open()
    for code in [*documented(shared, "chat.appendStream"), "new_code"]:
        if code != "rate_limited":
            place.slack.hazards.on("chat.appendStream", hazards.error(code))
            with pytest.raises(MessengerRefused, match=code):
                await place.extend(ts)
    assert place.replies()[0].text == "Yes, "


async def test_whatever_slack_says_the_stream_has_ended_without_the_rest(place, shared):
    for code in [*documented(shared, "chat.stopStream"), "new_code"]:
        if code not in {"rate_limited", "message_not_in_streaming_state"}:
            ts = await place.open()
            forms = 2 if code in UNFIT else 1  # without thumbs at last
            place.slack.hazards.on("chat.stopStream", hazards.error(code), times=forms)
            assert not await place.close(ts), code
            assert place.replies()[-1].text == "Yes, "
            assert not place.replies()[-1].streaming, code
    assert await place.find() is None


async def test_without_support_for_thumbs_a_stream_ends_with_the_other_buttons(place):
    ts = await place.open()
    place.slack.hazards.on("chat.stopStream", hazards.error("invalid_blocks"))

    assert await place.close(ts)

    (reply,) = place.replies()
    assert (reply.text, reply.blocks[-1]["type"]) == ("Yes, may.", "actions")
    assert await place.find() == ts


@pytest.mark.parametrize("lead", ["# h\n\n---\n\n", "| a |\n|---|\n\n"])
async def test_what_slack_does_not_take_with_the_buttons_does_not_get_into_a_stream(place, lead):
    growing = place.messenger.growing_text()
    shown = growing.next_chunk("", lead * 5 + "End.")
    assert shown == lead * 5
    assert growing.next_chunk(shown, lead * 60 + "End.") == ""


async def test_what_follows_a_stream_goes_on_in_its_list(place):
    pieces = place.messenger.pieces("1. three\n1. four", after="1. one\n1. two\n")
    assert pieces == ["3. three\n4. four"]


async def test_a_stream_that_has_ended_by_itself_takes_nothing_more(place):
    ts = await place.open()
    place.slack.hazards.stream_lasts = 0

    assert not await place.close(ts)

    (reply,) = place.replies()
    assert (reply.text, reply.streaming) == ("Yes, ", False)


async def test_a_stream_that_its_reader_stopped_can_still_be_ended(place):
    ts = await place.open()
    place.slack.people.stop_session(ADA, place.thread.channel_id, place.thread.thread_ts)

    with pytest.raises(MessengerRefused, match="stopped_by_user"):
        await place.extend(ts)
    assert await place.close(ts)

    assert place.replies()[0].blocks[0]["text"] == "Yes, may."


@pytest.mark.parametrize("fault", LOST)
async def test_an_end_whose_answer_gets_lost_happens_once(place, fault):
    ts = await place.open()
    place.slack.hazards.on("chat.stopStream", fault(after_effect=True))

    assert await place.close(ts)

    assert place.replies()[0].blocks[0]["text"] == "Yes, may."
    assert place.neighbour.count("chat.stopStream") == 1


@pytest.mark.parametrize("fault", LOST)
async def test_an_end_that_did_not_arrive_is_made_again(place, fault):
    ts = await place.open()
    place.slack.hazards.on("chat.stopStream", fault())

    assert await place.close(ts)

    assert place.replies()[0].blocks[0]["text"] == "Yes, may."


@pytest.mark.parametrize("after_effect", [True, False])
@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream"])
async def test_an_unknown_outcome_is_an_error(place, method, after_effect):
    if method == "chat.appendStream":
        ts = await place.open()
    place.slack.hazards.on(method, hazards.reset(after_effect=after_effect))

    with pytest.raises(Ambiguous):
        await (place.extend(ts) if method == "chat.appendStream" else place.open())


async def test_a_growing_message_is_withdrawn(place):
    ts = await place.open()

    await place.withdraw(ts)
    await place.withdraw(ts)

    assert place.replies() == []


async def test_a_message_that_may_be_there_is_looked_for_and_withdrawn(place):
    said = await place.messenger.post(place.thread, place.post("Before.", "reply:call_0:0"))
    broken = await place.open("Broken, ")
    place.slack.people.say(ADA, place.thread.channel_id, "hm", place.thread.thread_ts)
    place.slack.hazards.on("chat.startStream", hazards.reset(after_effect=True))
    with pytest.raises(Ambiguous):
        await place.open()
    finance = replace(place.post("Dear, "), persona=Persona("Finance Partner", ":moneybag:"))
    other = await place.messenger.open_stream(place.thread, finance, UserId(ADA))

    await place.withdraw(None, [broken])

    left = [reply.ts for reply in place.replies() if reply.bot_id]
    assert left == [said, broken, other]


async def test_a_message_that_cannot_be_withdrawn_grows_no_more(place, caplog):
    ts = await place.open()
    place.slack.hazards.on("chat.delete", hazards.error("cant_delete_message"))

    await place.withdraw(ts)

    assert not place.replies()[0].streaming
    assert "stream.not_withdrawn" in [record.message for record in caplog.records]


async def test_a_slack_that_shows_no_personas_gets_the_name_afterwards_and_no_more_streams(place):
    place.slack.hazards.personas = "ignored"
    ts = await place.open()

    assert await place.close(ts)

    (reply,) = place.replies()
    assert reply.blocks[0]["text"] == ":scales: **Legal Counsel**\n\nYes, you may."
    assert reply.blocks[1]["type"] == "actions"
    assert await place.open() is None


async def test_what_is_streamed_is_never_more_than_slack_takes_at_once(place):
    text = "\n\n".join(f"Paragraph {n}. " + "word " * 300 for n in range(30))
    grown = place.messenger.growing_text().next_chunk("", text)
    assert 10_000 < len(grown) <= 12_000
    assert place.messenger.fits_one_message("", grown)
    assert not place.messenger.fits_one_message(grown, place.messenger.last_chunk(grown, text))


async def test_the_stream_of_a_reply_carries_no_address_that_slack_could_preview(place):
    text = "Yes. It is so.\n\nSee https://evil.example/secret for more.\n\nEnd."

    shown = place.messenger.growing_text().next_chunk("", text)
    left = place.messenger.last_chunk(shown, text)

    assert shown == "Yes. It is so.\n\n"
    assert not place.messenger.fits_one_message(shown, left)
    assert place.messenger.pieces(left) == [left]


async def test_unknown_messages_are_no_streams(place):
    assert not await place.close(MessageTs("1.000001"))

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.slack.workspace.company import ADA, GENERAL
from bot.playground.slack.workspace.state import Session


@pytest.fixture
async def root(slack):
    return slack.people.say(ADA, GENERAL, "a question")


@pytest.fixture
def start(slack, client, root):
    """How to begin a stream; gives what says where it is."""

    async def begin(**more):
        place = {"channel": GENERAL, "thread_ts": root, "recipient_user_id": ADA}
        place |= {"recipient_team_id": slack.workspace.team_id}
        answer = await client.chat_startStream(**place | more)
        return {"channel": GENERAL, "ts": answer["ts"]}

    return begin


async def refusal(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"recipient_team_id": None}, "missing_recipient_team_id"),
        ({"recipient_user_id": None}, "missing_recipient_user_id"),
        ({"recipient_user_id": "U0NOBODY"}, "user_not_found"),
        ({"thread_ts": "1.0"}, "thread_not_found"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
    ],
)
async def test_a_stream_that_cannot_begin_leaves_nothing(slack, start, root, more, error):
    assert await refusal(start(**more)) == error
    assert len(slack.workspace.thread(GENERAL, root)) == 1


@pytest.mark.parametrize(
    ("chunk", "error"),
    [
        ("hello", "invalid_chunks"),
        ({"type": "unheard_of"}, "invalid_chunks"),
        ({"type": "markdown_text"}, "invalid_chunks"),
        ({"type": "task_update", "title": "no id"}, "invalid_chunks"),
        ({"type": "blocks", "blocks": [{"type": "unheard_of"}]}, "invalid_blocks"),
        ({"type": "markdown_text", "text": "x" * 12_001}, "msg_too_long"),
    ],
)
async def test_what_is_no_chunk_changes_nothing(slack, client, start, chunk, error):
    place = await start(markdown_text="so far")

    grown = client.chat_appendStream(
        **place, chunks=[{"type": "markdown_text", "text": "!"}, chunk]
    )

    assert await refusal(grown) == error
    message = slack.workspace.message(GENERAL, place["ts"])
    assert (message.text, len(message.blocks)) == ("so far", 1)


async def test_a_stream_ends_with_the_state_of_its_session(slack, client, start, root):
    place = await start(markdown_text="done")

    error = await refusal(client.chat_stopStream(**place, session_status="asleep"))
    assert error == "invalid_status"
    assert slack.workspace.message(GENERAL, place["ts"]).streaming

    await client.chat_stopStream(**place, session_status="closed")
    assert not slack.workspace.message(GENERAL, place["ts"]).streaming
    assert slack.workspace.sessions[GENERAL, root] == Session("closed")


async def test_a_message_has_fifty_blocks_at_most(slack, client, start):
    place = await start(markdown_text="done")

    error = await refusal(client.chat_stopStream(**place, blocks=[{"type": "divider"}] * 50))

    assert error == "msg_blocks_too_many"
    await client.chat_stopStream(**place, blocks=[{"type": "divider"}] * 49)


async def test_what_is_being_streamed_is_not_edited(client, start):
    place = await start(markdown_text="so far")

    assert await refusal(client.chat_update(**place, text="else")) == "streaming_state_conflict"


async def test_people_see_that_a_stream_has_ended_by_itself(slack, client, start):
    place = await start(markdown_text="so far")
    slack.hazards.stream_lasts = 0.0
    changes = []
    slack.workspace.subscribe(changes.append)

    error = await refusal(client.chat_appendStream(**place, markdown_text="!"))

    assert error == "message_not_in_streaming_state"
    assert [(change.kind, change.message.streaming) for change in changes] == [("updated", False)]

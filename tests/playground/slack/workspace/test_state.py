import pytest

from bot.playground.slack.workspace.company import (
    ADA,
    BEN,
    BOT_ID,
    BOT_USER,
    GENERAL,
)
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import (
    SLACKBOT,
    Change,
    Channel,
    Session,
    Status,
)


@pytest.fixture
def changes(workspace) -> list[Change]:
    recorded: list[Change] = []
    workspace.subscribe(recorded.append)
    return recorded


def posted(workspace, text="hello", **more) -> Message:
    more = {"user": ADA} | more
    return workspace.post(Message(workspace.new_ts(), GENERAL, text, **more))


def test_everybody_a_small_company_needs_is_there(workspace):
    people = workspace.users.values()

    assert any(user.is_owner for user in people)
    assert any(user.is_admin and not user.is_owner for user in people)
    assert any(user.is_restricted for user in people)
    assert any(user.is_stranger and user.team_id != workspace.team_id for user in people)
    assert {channel.kind for channel in workspace.channels.values()} == {"channel", "group", "mpim"}
    assert all(BOT_USER in channel.members for channel in workspace.channels.values())


def test_no_two_timestamps_are_the_same(workspace):
    timestamps = [workspace.new_ts() for _ in range(1000)]

    assert len(set(timestamps)) == 1000
    assert timestamps == sorted(timestamps, key=float)


def test_changes_are_told_until_nobody_wants_to_know(workspace):
    recorded = []
    unsubscribe = workspace.subscribe(lambda change: recorded.append(change.kind))

    message = posted(workspace)
    workspace.delete(message)
    unsubscribe()
    posted(workspace)

    assert recorded == ["posted", "deleted"]


def test_two_people_have_one_direct_conversation(workspace):
    direct = workspace.direct_channel(ADA, BOT_USER)

    assert workspace.direct_channel(BOT_USER, ADA) is direct
    assert workspace.direct_channel(BEN, BOT_USER) is not direct


def test_a_direct_conversation_that_was_added_is_found(workspace):
    direct = Channel("D1", "", "im", {ADA, BEN})
    workspace.add(direct)

    assert workspace.direct_channel(BEN, ADA) is direct


def test_a_whisper_is_for_one(workspace, changes):
    whisper = posted(workspace, user=BOT_USER, bot_id=BOT_ID, ephemeral_for=ADA)

    assert workspace.ephemeral(ADA, GENERAL) == workspace.ephemeral(ADA) == [whisper]
    assert workspace.ephemeral(BEN) == []
    assert list(workspace.messages(GENERAL)) == []

    workspace.delete(whisper)
    assert workspace.ephemeral(ADA) == []


def test_a_deleted_root_leaves_a_stone_with_no_name(workspace, changes):
    root = posted(workspace, "a secret", blocks=[{"type": "divider"}])
    posted(workspace, thread_ts=root.ts)

    workspace.delete(root)

    assert (root.subtype, root.user, root.blocks) == ("tombstone", SLACKBOT, [])
    assert "secret" not in root.text
    assert changes[-1].kind == "updated"
    assert changes[-1].previous is not None
    assert changes[-1].previous.text == "a secret"


def test_a_status_stands_until_the_app_posts_in_the_thread(workspace):
    root, other = posted(workspace), posted(workspace)
    for message in (root, other):
        workspace.set_status(Status(GENERAL, message.ts, "is thinking"))

    posted(workspace, "from a person", thread_ts=root.ts)
    posted(workspace, bot_id=BOT_ID, user=BOT_USER, thread_ts=root.ts, ephemeral_for=ADA)
    assert (GENERAL, root.ts) in workspace.statuses

    posted(workspace, bot_id=BOT_ID, user=BOT_USER, thread_ts=root.ts)
    assert list(workspace.statuses) == [(GENERAL, other.ts)]


def test_an_empty_status_clears(workspace):
    workspace.set_status(Status(GENERAL, "1.0", "is thinking"))
    workspace.set_status(Status(GENERAL, "1.0", ""))

    assert not workspace.statuses


def test_a_session_is_kept_and_told(workspace, changes):
    workspace.set_session(GENERAL, "1.0", Session("processing", "Licences"))

    assert workspace.sessions[GENERAL, "1.0"].title == "Licences"
    assert changes[-1].kind == "session"

from math import inf

from bot.playground.slack.workspace.messages import Message, Timeline, reply_users, snapshot


def timeline(*messages: Message) -> Timeline:
    channel_timeline = Timeline()
    for message in messages:
        channel_timeline.add(message)
    return channel_timeline


def new_message(ts: str, thread_ts: str | None = None, **more) -> Message:
    return Message(ts, "C1", f"at {ts}", thread_ts=thread_ts, **more)


def shown(channel_timeline: Timeline, oldest: float = 0, latest: float = inf) -> list[str]:
    return [message.ts for message in channel_timeline.shown(oldest, latest)]


def test_replies_hang_from_their_root():
    root, earlier, later = new_message("1.0"), new_message("2.0", "1.0"), new_message("3.0", "1.0")
    channel_timeline = timeline(root, earlier, later)

    assert channel_timeline.thread("1.0") == [root, earlier, later]
    assert root.thread_ts == "1.0"
    assert not root.is_reply
    assert earlier.is_reply


def test_a_thread_of_nothing_is_empty():
    assert timeline().thread("1.0") == []


def test_a_reply_to_a_reply_hangs_from_the_root():
    channel_timeline = timeline(
        new_message("1.0"), new_message("2.0", "1.0"), new_message("3.0", "2.0")
    )

    assert [message.ts for message in channel_timeline.thread("1.0")] == ["1.0", "2.0", "3.0"]
    assert [message.ts for message in channel_timeline.thread("2.0")] == ["2.0"]


def test_a_channel_shows_what_is_no_reply_or_was_broadcast():
    broadcast = new_message("3.0", "1.0", subtype="thread_broadcast")
    channel_timeline = timeline(
        new_message("1.0"), new_message("2.0", "1.0"), broadcast, new_message("4.0")
    )

    assert shown(channel_timeline) == ["1.0", "3.0", "4.0"]
    assert [message.ts for message in channel_timeline] == ["1.0", "2.0", "3.0", "4.0"]


def test_a_channel_is_shown_between_two_times():
    channel_timeline = timeline(new_message("9.5"), new_message("10.5"), new_message("11.5"))

    assert shown(channel_timeline, 9.5, 10.5) == ["9.5", "10.5"]
    assert shown(channel_timeline, 9.6, 11) == ["10.5"]
    assert shown(channel_timeline, 12) == []


def test_what_is_late_stands_where_it_belongs():
    channel_timeline = timeline(new_message("2.0"), new_message("1.0"))

    assert shown(channel_timeline) == ["1.0", "2.0"]


def test_what_is_dropped_is_nowhere():
    root, reply = new_message("1.0"), new_message("2.0", "1.0")
    channel_timeline = timeline(root, reply)

    channel_timeline.remove(reply)
    assert channel_timeline.thread("1.0") == [root]

    channel_timeline.remove(root)
    assert channel_timeline.get("1.0") is None
    assert shown(channel_timeline) == []


def test_a_deleted_root_goes_with_its_last_reply():
    root, earlier, later = (
        new_message("1.0", subtype="tombstone"),
        new_message("2.0", "1.0"),
        new_message("3.0", "1.0"),
    )
    channel_timeline = timeline(root, earlier, later)

    channel_timeline.remove(earlier)
    assert channel_timeline.get("1.0") is root

    channel_timeline.remove(later)
    assert channel_timeline.get("1.0") is None


def test_a_snapshot_does_not_change_with_the_message():
    message = new_message("1.0", reactions={"eyes": ["U1"]})
    before = snapshot(message)

    message.reactions["eyes"].append("U2")
    message.replies.append("2.0")
    message.blocks.append({"type": "divider"})

    assert (before.reactions, before.replies, before.blocks) == ({"eyes": ["U1"]}, [], [])


def test_who_replied_is_named_once():
    replies = [
        new_message("2.0", user="U1"),
        new_message("3.0", bot_id="B1"),
        new_message("4.0", user="U1"),
    ]

    assert reply_users(replies) == ["U1", "B1"]

from math import inf

from bot.playground.slack.workspace.messages import Message, Timeline, reply_users, snapshot


def timeline(*messages: Message) -> Timeline:
    made = Timeline()
    for message in messages:
        made.add(message)
    return made


def said(ts: str, thread_ts: str | None = None, **more) -> Message:
    return Message(ts, "C1", f"at {ts}", thread_ts=thread_ts, **more)


def shown(made: Timeline, oldest: float = 0, latest: float = inf) -> list[str]:
    return [message.ts for message in made.shown(oldest, latest)]


def test_replies_hang_from_their_root():
    root, one, other = said("1.0"), said("2.0", "1.0"), said("3.0", "1.0")
    made = timeline(root, one, other)

    assert made.thread("1.0") == [root, one, other]
    assert root.thread_ts == "1.0"
    assert not root.is_reply
    assert one.is_reply


def test_a_thread_of_nothing_is_empty():
    assert timeline().thread("1.0") == []


def test_a_reply_to_a_reply_hangs_from_the_root():
    made = timeline(said("1.0"), said("2.0", "1.0"), said("3.0", "2.0"))

    assert [message.ts for message in made.thread("1.0")] == ["1.0", "2.0", "3.0"]
    assert [message.ts for message in made.thread("2.0")] == ["2.0"]


def test_a_channel_shows_what_is_no_reply_or_was_broadcast():
    broadcast = said("3.0", "1.0", subtype="thread_broadcast")
    made = timeline(said("1.0"), said("2.0", "1.0"), broadcast, said("4.0"))

    assert shown(made) == ["1.0", "3.0", "4.0"]
    assert [message.ts for message in made] == ["1.0", "2.0", "3.0", "4.0"]


def test_a_channel_is_shown_between_two_times():
    made = timeline(said("9.5"), said("10.5"), said("11.5"))

    assert shown(made, 9.5, 10.5) == ["9.5", "10.5"]
    assert shown(made, 9.6, 11) == ["10.5"]
    assert shown(made, 12) == []


def test_what_is_late_stands_where_it_belongs():
    made = timeline(said("2.0"), said("1.0"))

    assert shown(made) == ["1.0", "2.0"]


def test_what_is_dropped_is_nowhere():
    root, reply = said("1.0"), said("2.0", "1.0")
    made = timeline(root, reply)

    made.remove(reply)
    assert made.thread("1.0") == [root]

    made.remove(root)
    assert made.get("1.0") is None
    assert shown(made) == []


def test_a_deleted_root_goes_with_its_last_reply():
    root, one, other = said("1.0", subtype="tombstone"), said("2.0", "1.0"), said("3.0", "1.0")
    made = timeline(root, one, other)

    made.remove(one)
    assert made.get("1.0") is root

    made.remove(other)
    assert made.get("1.0") is None


def test_a_snapshot_does_not_change_with_the_message():
    message = said("1.0", reactions={"eyes": ["U1"]})
    before = snapshot(message)

    message.reactions["eyes"].append("U2")
    message.replies.append("2.0")
    message.blocks.append({"type": "divider"})

    assert (before.reactions, before.replies, before.blocks) == ({"eyes": ["U1"]}, [], [])


def test_who_replied_is_named_once():
    replies = [said("2.0", user="U1"), said("3.0", bot_id="B1"), said("4.0", user="U1")]

    assert reply_users(replies) == ["U1", "B1"]

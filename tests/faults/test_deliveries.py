"""What Slack gave up is told apart from what it delivered."""

from bot.playground.slack.delivery.delivery import Delivery
from tests.faults.deliveries import given_up, why
from tests.reckoning.records import Question

QUESTIONS = [Question(n, "C1", "1.0", f"{n}.0", ()) for n in (1, 2, 3)]


def event(ts: str, kind: str = "message", channel: str = "C1") -> Delivery:
    return Delivery("events_api", {"event": {"type": kind, "channel": channel, "ts": ts}})


def test_questions_are_known_by_channel_and_time():
    lost = [
        event("2.0"),
        event("1.0", "app_mention"),
        event("1.0"),
        event("3.0", channel="C2"),  # no question
        Delivery("events_api", {"event": {"type": "app_home_opened"}}),
        Delivery("interactive", {}),
    ]
    assert given_up(lost, QUESTIONS) == {1: ("app_mention", "message"), 2: ("message",)}


def test_a_complaint_says_what_slack_did():
    assert why(("app_mention", "message")) == " (Slack gave up its app_mention and message)"
    assert why(()) == " (Slack delivered it)"

"""What Slack delivered of the questions, and what it gave up because nobody acknowledged it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.playground.slack.delivery.delivery import Delivery
from tests.reckoning.records import Question


def given_up(
    undelivered: Iterable[Delivery], questions: Iterable[Question]
) -> dict[int, tuple[str, ...]]:
    """Return which kinds of events of each question Slack gave up, if any.

    A mention is two events; where Slack gave up one of them, the bot may have had the other.
    """
    events = Counter[tuple[str, str, str]]()
    for delivery in undelivered:
        event = delivery.payload.get("event", {})
        events[event.get("channel", ""), event.get("ts", ""), event.get("type", "")] += 1
    found: dict[int, list[str]] = {}
    numbers = {(one.channel, one.ts): one.number for one in questions}
    for channel, ts, kind in sorted(events):
        if number := numbers.get((channel, ts)):
            found.setdefault(number, []).append(kind)
    return {number: tuple(kinds) for number, kinds in found.items()}


def why(kinds: Sequence[str]) -> str:
    """Return the words that follow a complaint of a question that nobody answered."""
    return f" (Slack gave up its {' and '.join(kinds)})" if kinds else " (Slack delivered it)"

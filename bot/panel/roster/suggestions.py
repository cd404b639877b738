"""Suggested prompts for a panel, for people who do not know yet what it can do."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.language import gettext
from bot.panel.model import Expert

MOST_AT_ONCE = 50  # experts; where people address more, the router chooses among them
MAX_SUGGESTIONS = 4  # that Slack shows
_TOPICS = re.compile(r"[,;.:]")
_LONGEST_TOPIC = 60


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What people read, and the message that is sent for them when they choose it."""

    title: str
    message: str


def suggestions(experts: Sequence[Expert]) -> list[Suggestion]:
    """Return what a panel of *experts* can be asked."""
    meet = Suggestion(gettext("Meet the panel"), "experts")
    return [*_for_everyone(experts), *_for_each(experts[:2]), meet]


def _for_everyone(experts: Sequence[Expert]) -> Iterator[Suggestion]:
    if 1 < len(experts) <= MOST_AT_ONCE:
        question = gettext("Should we build this ourselves or buy it?")
        yield Suggestion(gettext("Weigh a decision with everyone"), f"everyone: {question}")


def _for_each(experts: Sequence[Expert]) -> Iterator[Suggestion]:
    for expert in experts:
        question = gettext(
            "What should we look out for when it comes to {topic}?", topic=_topic(expert)
        )
        title = gettext("Ask {expert}", expert=expert.title)
        yield Suggestion(title, f"{expert.name}: {question}")


def _topic(expert: Expert) -> str:
    first = _TOPICS.split(expert.purpose)[0].strip()[:_LONGEST_TOPIC].strip()
    is_acronym = first[:2].isupper()
    return first if is_acronym else first[:1].lower() + first[1:]

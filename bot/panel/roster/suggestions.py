"""First questions that fit a panel, for people who do not know yet what it can do."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.language import gettext
from bot.panel.model import Expert

MOST = 4  # that Slack shows
_TOPICS = re.compile(r"[,;.:]")
_LONGEST_TOPIC = 60


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What people read, and what is said in their name when they press it."""

    title: str
    message: str


def suggestions(experts: Sequence[Expert]) -> list[Suggestion]:
    """Return what a panel of *experts* can be asked, those of the first ones before the others'."""
    meeting = Suggestion(gettext("Meet the panel"), "experts")
    return [*_for_all(experts), *_for_each(experts[:2]), meeting]


def _for_all(experts: Sequence[Expert]) -> Iterator[Suggestion]:
    if len(experts) > 1:
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
    """Return the first thing that the expert is for."""
    first = _TOPICS.split(expert.purpose)[0].strip()[:_LONGEST_TOPIC].strip()
    is_acronym = first[:2].isupper()
    return first if is_acronym else first[:1].lower() + first[1:]

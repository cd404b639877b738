"""How much of a thread a model is given."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.panel.utterance import Utterance

MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many characters of a thread a model is given."""

    message: int  # so that a long paste does not crowd out the rest
    together: int


HISTORY = Lengths(4_000, 12_000)
UNREAD = Lengths(24_000, 48_000)  # perhaps what the question is about


def cut(text: str, longest: int) -> str:
    """Return the first *longest* characters of *text*, with a mark if there are more."""
    return f"{text[:longest]} […]" if len(text) > longest else text


def newest_within(utterances: Sequence[Utterance], most: int) -> Sequence[Utterance]:
    """Return the newest of *utterances* that fit in *most* characters together."""
    kept: list[Utterance] = []
    remaining = most
    for utterance in reversed(utterances):
        remaining -= len(utterance.speaker) + len(utterance.whole)
        if remaining < 0:
            break
        kept.append(utterance)
    return kept[::-1]

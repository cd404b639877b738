"""Labelled questions from what people corrected, for somebody to review before they are used."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import yaml

from bot import runtime
from bot.panel.routing.corrections import Correction

TAG = "collected"
_HEAD = """\
# Collected by `panelbot eval collect`, {at}, from what people corrected: the experts are those that
# the router had asked, but for those whose answers were disliked, and those that people wanted
# besides. Nobody has reviewed that yet. Before you use it: read each question, remove what is
# personal or makes no sense without its thread, put the experts right, and remove these lines.
"""


def as_questions(corrections: Sequence[Correction]) -> str:
    """Return a file of those of *corrections*, one for each question, that say who is right."""
    asked = [
        {
            "id": one.name,
            "text": one.question,
            "experts": sorted(one.right),
            "also_acceptable": [] if one.right == one.wanted else [sorted(one.wanted)],
            "tags": [TAG, one.kind.value],
        }
        for one in labelled(corrections)
    ]
    told = [{key: value for key, value in one.items() if value} for one in asked]
    at = datetime.fromtimestamp(runtime.time(), UTC).date().isoformat()
    listed = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=100)
    return _HEAD.format(at=at) + listed


def labelled(corrections: Sequence[Correction]) -> Sequence[Correction]:
    """Return those that say who is right, and of which something can be read."""
    return [one for one in corrections if one.right and one.question.strip()]


def by_channel(corrections: Sequence[Correction]) -> Sequence[tuple[str, int]]:
    """Return how many questions come from each channel, most first."""
    counts = Counter(one.channel_id for one in labelled(corrections))
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))

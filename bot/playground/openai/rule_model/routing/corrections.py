"""Following what people corrected, where an earlier message was much like the newest one."""

import re
from collections.abc import Sequence
from math import sqrt

from bot.json_types import Json
from bot.playground.openai.rule_model.prompt_reading import short_name, unframed

_CORRECTION = re.compile(
    r'<correction[^>]*? right="([^"]*)"[^>]*>\n(.*?)\n</correction>', re.DOTALL
)
_WORD = re.compile(r"\w+")
_ALIKE = 0.6  # where nearly all pairs of texts want the same experts


def corrected_like(question: str, instructions: str, tools: Sequence[Json]) -> list[Json]:
    """Return whom people wanted for the message most like *question*, if one is much like it."""
    found = _CORRECTION.findall(instructions)
    scored = [(_likeness(question, unframed(text)), right) for right, text in found]
    likeness, right = max(scored, default=(0.0, ""))
    names = {name.replace("-", " ") for name in right.split(", ")}
    return [one for one in tools if likeness >= _ALIKE and short_name(one["name"]) in names]


def _likeness(one: str, other: str) -> float:
    """Return the cosine of both texts' groups of three characters."""
    here, there = _groups(one), _groups(other)
    return len(here & there) / sqrt(len(here) * len(there)) if here and there else 0.0


def _groups(text: str) -> set[str]:
    padded = f" {' '.join(_WORD.findall(text.casefold()))} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}

"""Checks of answers: what an answer should have, and whether it does."""

import asyncio
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from bot.panel.model import ExpertName

PATTERN_TIMEOUT = 5.0  # seconds, the start of a process included
_SEARCH = "import json, re, sys; p, t = json.load(sys.stdin); sys.exit(not re.search(p, t))"
# The footnotes under an answer, as ``footnotes.under`` writes them.
_FOOTNOTES = re.compile(r"\*\*[^*\n]+\*\*\n\n((?:\d{1,3}\. `[^\n]*(?:\n|\Z))+)\s*\Z")
_FOOTNOTE = re.compile(r"^\d+\. `(.+)`(?: (https?://\S+))?$", re.MULTILINE)
_NOBODY = "nobody answered"


class CheckKind(StrEnum):
    """What a check looks at."""

    CONTAINS = "contains"
    LACKS = "lacks"
    MATCHES = "matches"
    CITES = "cites"
    JUDGED = "judged"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that an answer should have, or not; of one *expert*, or of all together."""

    kind: CheckKind
    expected: str  # words, a regular expression, the name of a document, or what makes it good
    expert: ExpertName | None = None

    def __str__(self) -> str:
        whose = f"{self.expert}: " if self.expert else ""
        return f"{whose}{self.kind} {self.expected}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What people read: each expert's answer, and what the router said itself."""

    experts: Mapping[ExpertName, str] = field(default_factory=dict)
    router: str = ""

    def of(self, expert: ExpertName | None) -> str | None:
        """Return the answer of *expert*, or of all together; None if there is none."""
        if expert:
            return self.experts.get(expert)
        return "\n\n".join(filter(None, [*self.experts.values(), self.router])) or None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge found, and what that took."""

    passed: bool
    reason: str = ""
    tokens: int = 0
    cost: Decimal | None = Decimal(0)  # in dollars; None: the model has no price


class Judge(Protocol):
    """Judges answers; *name* is what reports call it."""

    name: str

    async def judge(self, question: str, answer: str, rubric: str) -> Judgement:
        """Say whether *answer* is as *rubric* wants it. Raises ModelUnavailable, ModelRefused."""


async def checked(
    question: str, checks: Sequence[Check], answer: Answer, judge: Judge
) -> Sequence[Judgement]:
    """Return what *checks* find in the *answer* to *question*, in their order."""
    return [await _checked(question, one, answer, judge) for one in checks]


async def _checked(question: str, check: Check, answer: Answer, judge: Judge) -> Judgement:
    text = answer.of(check.expert)
    if text is None:
        return Judgement(False, f"{check.expert} did not answer" if check.expert else _NOBODY)
    match check.kind:
        case CheckKind.CONTAINS:
            return Judgement(_plain(check.expected) in _plain(text))
        case CheckKind.LACKS:
            return Judgement(_plain(check.expected) not in _plain(text))
        case CheckKind.MATCHES:
            return await _matched(check.expected, text)
        case CheckKind.CITES:
            cited = [*_cited(answer, check.expert)]
            return Judgement(_plain(check.expected) in map(_plain, cited))
        case CheckKind.JUDGED:
            return await judge.judge(question, text, check.expected)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _cited(answer: Answer, expert: ExpertName | None) -> Sequence[str]:
    texts = answer.experts.values() if expert is None else [answer.experts[expert]]
    notes = [match[1] for text in texts if (match := _FOOTNOTES.search(text))]
    return [word for note in notes for found in _FOOTNOTE.findall(note) for word in found if word]


async def _matched(pattern: str, text: str) -> Judgement:
    """Search in a process of its own, which can be ended: some patterns take forever."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", _SEARCH,
        stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATTERN_TIMEOUT):
            await process.communicate(json.dumps([pattern, text]).encode())
        return Judgement(process.returncode == 0)
    except TimeoutError:
        return Judgement(False, f"the expression took more than {PATTERN_TIMEOUT:g} seconds")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

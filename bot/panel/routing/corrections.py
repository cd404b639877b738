"""Corrections: a question that the router had routed, whom it asked, and whom people then wanted.

They are kept only where a setting says so, with the question as redactors let it pass.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from bot.panel.model import ExpertName, MessageTs, ThreadRef, UserId

MOST = 200  # of a channel, and of those that channels share; the oldest go
LONGEST = 600  # characters of a question
_DIGEST = 8


class CorrectionKind(StrEnum):
    """How people corrected the router."""

    ANOTHER = "another"  # they had another expert asked, at the press of a button
    NAMED = "named"  # they called an expert by name, who had not been asked
    CHOSEN = "chosen"  # the router was unsure, and they chose
    DISLIKED = "disliked"  # an answer did not help, and they said why


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction; it is kept once, whoever notes it how often."""

    id: str  # of the turn that corrects: ``team:channel:ts``; after a space, whose thumb about whom
    thread_ts: str
    about: MessageTs  # the first message of the question
    question: str
    asked: tuple[ExpertName, ...]  # by the router
    kind: CorrectionKind
    wanted: tuple[ExpertName, ...] = ()  # besides these
    unwanted: tuple[ExpertName, ...] = ()  # of those asked
    people: tuple[UserId, ...] = ()  # whose words and clicks these are
    messages: tuple[MessageTs, ...] = ()  # that the question consists of
    at: int = 0  # milliseconds since 1970

    @property
    def channel_id(self) -> str:
        """The channel in which it was made."""
        return self.id.split(":")[1]

    @property
    def name(self) -> str:
        """What people call it by, to have it dropped."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:_DIGEST]

    @property
    def right(self) -> tuple[ExpertName, ...]:
        """Whom people wanted asked, as far as is known; empty if only whom not."""
        if not self.wanted:
            return ()
        kept = (name for name in self.asked if name not in self.unwanted)
        return tuple(dict.fromkeys((*kept, *self.wanted)))


def merged(corrections: Iterable[Correction]) -> Sequence[Correction]:
    """Return one correction for each question, the oldest first: several may correct it further.

    Where they contradict each other, the newest counts.
    """
    found: dict[tuple[str, MessageTs], Correction] = {}
    for one in sorted(corrections, key=lambda one: (one.at, one.id)):
        key = one.channel_id, one.about
        if former := found.get(key):
            one = replace(
                one,
                asked=tuple(dict.fromkeys((*former.asked, *one.asked))),
                wanted=_joined(former.wanted, one.unwanted, one.wanted),
                unwanted=_joined(former.unwanted, one.wanted, one.unwanted),
            )
        found[key] = one
    return list(found.values())


def _joined(
    former: Sequence[ExpertName], taken_back: Sequence[ExpertName], newer: Sequence[ExpertName]
) -> tuple[ExpertName, ...]:
    return tuple(dict.fromkeys((*(name for name in former if name not in taken_back), *newer)))


class CorrectionStore(Protocol):
    """The newest corrections of each channel. Every method may raise StoreUnavailable."""

    async def keep(self, team_id: str, correction: Correction, *, shared: bool) -> None:
        """Keep *correction*, also among the *shared* ones of the workspace, if so."""

    async def of_channel(
        self, team_id: str, channel_id: str, *, shared: bool
    ) -> Sequence[Correction]:
        """Return those of a channel and the *shared* ones, if so; each once, the oldest first."""

    async def count(self, team_id: str, channels: Collection[str]) -> int:
        """Return how many are kept of *channels*."""

    async def of_team(self, team_id: str) -> Sequence[Correction]:
        """Return those of all channels, the oldest first. Slow, and only for operators."""

    async def forget(
        self, team_id: str, matches: Callable[[Correction], bool], channel_id: str = ""
    ) -> int:
        """Forget those that *matches*, of one channel or of all, which is slow; returns how many.

        What cannot be read is forgotten as well.
        """


async def forget_message(store: CorrectionStore, thread: ThreadRef, ts: str) -> None:
    """Forget those of a question with a message that is gone, or says something else now.

    Raises StoreUnavailable.
    """
    place = thread.channel_id

    def has_it(one: Correction) -> bool:
        return one.channel_id == place and ts in one.messages

    await store.forget(thread.team_id, has_it, place)

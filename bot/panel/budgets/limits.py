"""Limits of what may be spent: how they are written, and which of them hold for a request."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from bot.panel.model import Claim

MILLION = 1_000_000
_MOST = 10**13  # ten million dollars, or as many tokens: Redis's scripts reckon exactly up to there
_SCALES = {"": 1, "k": 1_000, "m": MILLION}


class Level(StrEnum):
    """Whose spending is limited."""

    DEPLOYMENT = "deployment"  # all workspaces of this Redis; only settings limit it
    WORKSPACE = "workspace"
    CHANNEL = "channel"
    PERSON = "person"
    EXPERT = "expert"


class Unit(StrEnum):
    """What is counted."""

    MONEY = "money"  # in millionths of a dollar
    TOKENS = "tokens"


class Period(StrEnum):
    """The time after which counting begins anew."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose spending it is about; as a wish: that nothing is said of it, so that defaults hold."""

    level: Level
    of: str = ""  # the channel's or person's id, the expert's name; empty: each of them

    @property
    def who(self) -> str:
        return f"{self.level}:{self.of}" if self.of else str(self.level)


@dataclass(frozen=True, slots=True)
class Limit(Whose):
    """The most that may be spent in each period at one level."""

    most: int | None = None  # None: any amount, whatever else is said of it
    unit: Unit = Unit.MONEY
    period: Period = Period.MONTH

    @property
    def amount(self) -> str:
        if self.most is None:
            return "unlimited"
        if self.unit is Unit.TOKENS:
            return f"{self.most} tokens/{self.period}"
        return f"${Decimal(self.most) / MILLION:f}/{self.period}"

    def __str__(self) -> str:
        return f"{self.who} {self.amount}"


@dataclass(frozen=True, slots=True)
class Account:
    """Who pays for a request of a turn, and within which limits."""

    claim: Claim
    limits: tuple[Limit, ...]


_WHO = re.compile(rf"({'|'.join(Level)})(?::@?([\w-]+))?\s+(.+)", re.IGNORECASE)
_PER = r"\s*(?:/|per\b|a\b)\s*(day|month)"
_MONEY = re.compile(rf"\$?\s*(\d{{1,8}}(?:\.\d{{1,6}})?)\s*(?:dollars?|usd)?{_PER}", re.IGNORECASE)
_TOKENS = re.compile(rf"(\d{{1,13}}(?:\.\d+)?)\s*([km]?)\s*tokens?{_PER}", re.IGNORECASE)


def read(text: str) -> Limit | Whose:
    """Return the limit in *text*: ``person $2/day``, ``channel:C012 5M tokens/month``.

    ``expert:legal unlimited`` is one, too; ``person off`` takes one back. Raises ValueError.
    """
    match = _WHO.fullmatch(" ".join(text.split()))
    if not match:
        raise ValueError("no limit")
    level, of, amount = Level(match[1].casefold()), match[2] or "", match[3].casefold()
    if of and level in (Level.DEPLOYMENT, Level.WORKSPACE):
        raise ValueError("there is only one")
    of = of if level is Level.EXPERT else of.upper()
    if amount == "off":
        return Whose(level, of)
    if amount == "unlimited":
        return Limit(level, of)
    if found := _MONEY.fullmatch(amount):
        most, unit, period = Decimal(found[1]) * MILLION, Unit.MONEY, found[2]
    elif found := _TOKENS.fullmatch(amount):
        most, unit, period = Decimal(found[1]) * _SCALES[found[2]], Unit.TOKENS, found[3]
    else:
        raise ValueError("no amount")
    if most > _MOST:
        raise ValueError("too much")
    return Limit(level, of, int(most), unit, Period(period))


@lru_cache(maxsize=100)
def read_all(text: str) -> tuple[Limit, ...]:
    """Return the limits in a list with commas; what cannot be read, of a newer version, not."""
    limits: list[Limit] = []
    for entry in filter(None, map(str.strip, text.split(","))):
        try:
            limit = read(entry)
        except ValueError:
            continue
        if isinstance(limit, Limit):
            limits.append(limit)
    return tuple(limits)


def changed(text: str, change: Limit | Whose) -> str:
    """Return the list *text* with *change*: others of the same level, unit and period give way."""
    limits = [one for one in read_all(text) if not _gives_way(one, change)]
    if isinstance(change, Limit):
        limits.append(change)
    return ", ".join(map(str, sorted(limits, key=str)))


def _gives_way(limit: Limit, change: Limit | Whose) -> bool:
    if (limit.level, limit.of) != (change.level, change.of):
        return False
    if not isinstance(change, Limit) or change.most is None or limit.most is None:
        return True
    return (limit.unit, limit.period) == (change.unit, change.period)


def applying(
    own: Sequence[Limit],
    defaults: Sequence[Limit],
    ids: Mapping[Level, Iterable[str]],
    *,
    is_bounded: bool = False,
) -> tuple[Limit, ...]:
    """Return the limits of a request that concerns *ids*, each with its id.

    What is said of one in particular comes before what is said of each, and then the workspace's
    *own* limits before the settings' *defaults*; but those say alone what the deployment may spend,
    and, where it *is_bounded*, what the workspace may at most.
    """
    if is_bounded:
        least = _least(one for one in (*own, *defaults) if one.level is Level.WORKSPACE)
        own = [*least, *(one for one in own if one.level is not Level.WORKSPACE)]
    return tuple(
        replace(limit, of=of)
        for level, concerned in ids.items()
        for of in concerned
        for limit in _of(level, of, () if level is Level.DEPLOYMENT else own, defaults)
    )


def _least(limits: Iterable[Limit]) -> Iterable[Limit]:
    least: dict[tuple[Unit, Period], Limit] = {}
    for one in limits:
        known = least.get((one.unit, one.period), one)
        if one.most is not None and one.most <= (known.most or 0):
            least[one.unit, one.period] = one
    return least.values()


def _of(level: Level, of: str, own: Sequence[Limit], defaults: Sequence[Limit]) -> Iterator[Limit]:
    for wanted in dict.fromkeys((of, "")):
        for limits in (own, defaults):
            if said := [one for one in limits if (one.level, one.of) == (level, wanted)]:
                yield from (one for one in said if one.most is not None)
                return

"""Reports of finished turns, kept for a month, and their usage by month, kept for a year.

The reports of a channel's day lie in one hash, which takes less than a key for each, and expires as
a whole: a day late at most.

The script that writes checks the token: a worker that has lost its turn cannot overwrite the
report of the worker that has it now. A turn that has a report is already counted: saving it again,
after a crash, does not count it twice.

Usage is hashes of numbers. A field is ``NAME MODEL questions``, ``… input``, ``… cached``,
``… output``, one of the names in ``Extras``, or ``… call:TOOL``; with a ``-`` for the router.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from itertools import product

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script, ThreadScripts
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.packed_reports import packed, unpacked
from bot.panel.model import Claim, ThreadRef, Turn, TurnId
from bot.panel.reports.months import month_of
from bot.panel.reports.report_store import FailureNote, ReportStore
from bot.panel.reports.turn_report import TurnReport
from bot.panel.reports.usage_counts import Dimension, UsageCount, counts_of
from bot.panel.usage import NO_EXTRAS, Extras, Usage

_SAVE = Script("report")
_EXTRAS = tuple(one.name for one in fields(Extras) if one.name != "calls")
_CALL = "call:"
_ROUTER = "-"  # in place of an expert's name
_KINDS = {  # of keys
    Dimension.EXPERT: "usage",
    Dimension.CHANNEL: "usage-channels",
    Dimension.PERSON: "usage-people",
}

_log = logging.getLogger(__name__)


class RedisReportStore(ReportStore):
    """The reports of *shards*, kept for *keep* seconds; who asked is counted only *by_person*."""

    def __init__(
        self,
        redis: Connection,
        shards: Shards,
        *,
        keep: int = keys.REPORT_FOR,
        by_person: bool = False,
    ) -> None:
        self._by_person = by_person
        self._redis = redis
        self._keep = keep
        self._shards = shards
        self._scripts = ThreadScripts(redis, shards)

    async def save(self, claim: Claim, report: TurnReport) -> None:
        thread = claim.turn.thread
        month = f"{thread.team_id}:{month_of(report.mark)}"
        counts = counts_of(claim.turn, report, by_person=self._by_person)
        increments = (one for by, added in counts.items() for one in _increments(_KINDS[by], added))
        day, ts = keys.day_of(claim.turn.id)
        args = (day, ts, packed(report, ts), self._keep, month, keys.USAGE_FOR)
        await self._scripts.fenced(_SAVE, claim, *args, *increments)

    async def usage(
        self, team_id: str, month: str, *, by: Dimension = Dimension.EXPERT
    ) -> Sequence[UsageCount]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for key in self._shards.usage(team_id, month, _KINDS[by]):
                pipe.hgetall(key)
            return _merged_counts(await pipe.execute())

    async def forget_usage(self, team_id: str, months: Iterable[str], name: str) -> None:
        for month, by in product(months, (Dimension.CHANNEL, Dimension.PERSON)):
            for key in self._shards.usage(team_id, month, _KINDS[by]):
                fields = [one for one in await self._redis.hkeys(key) if one.startswith(f"{name} ")]
                if fields:
                    await self._redis.hdel(key, *fields)

    async def find(self, thread: ThreadRef, turn: TurnId) -> TurnReport | None:
        day, ts = keys.day_of(turn)
        text = await self._redis.hget(self._shards.reports(thread, day), ts)
        try:
            return unpacked(text, ts) if text else None
        except codec.Unreadable as error:  # written by a newer version
            _log.warning("report.unreadable", extra={"turn": turn, "reason": str(error)})
            return None

    async def note_failure(self, turn: Turn, note: FailureNote) -> None:
        key = self._shards.failures(turn.thread, turn.id)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.append(key, codec.dump(note) + "\n")
            pipe.expire(key, self._keep)
            await pipe.execute()

    async def failures(self, turn: TurnId) -> Sequence[FailureNote]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for prefix in self._shards.prefixes:
                pipe.get(f"{prefix}failures:{turn}")
            texts: list[str | None] = await pipe.execute()
        return _failure_notes("".join(text or "" for text in texts))


def _failure_notes(text: str) -> Sequence[FailureNote]:
    """Return the notes in *text*, one a line; what another version wrote otherwise is left out."""
    notes: list[FailureNote] = []
    for line in text.splitlines():
        with suppress(codec.Unreadable):
            notes.append(codec.load(FailureNote, line))
    return notes


def _increments(kind_of_key: str, counts: Iterable[UsageCount]) -> Iterator[str | int]:
    """Yield the key, field and increment of each, one after the other; zeros are left out."""
    for count in counts:
        amounts = {
            "questions": count.questions,
            "input": count.usage.input,
            "cached": count.usage.cached,
            "output": count.usage.output,
            **{name: getattr(count.usage.extras, name) for name in _EXTRAS},
            **{f"{_CALL}{tool}": calls for tool, calls in count.usage.extras.calls.items()},
        }
        for kind, amount in amounts.items():
            if amount:
                yield from (kind_of_key, f"{count.name or _ROUTER} {count.model} {kind}", amount)


def _merged_counts(hashes: Iterable[Mapping[str, str]]) -> list[UsageCount]:
    amounts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for shard in hashes:
        for field, amount in shard.items():
            name, model, kind = field.split(" ")
            amounts[name, model][kind] += int(amount)
    return [_usage_count(name, model, kinds) for (name, model), kinds in amounts.items()]


def _usage_count(name: str, model: str, amounts: Counter[str]) -> UsageCount:
    """Return what was counted of one name and model; what a newer version counts is left out."""
    more = {kind: amounts[kind] for kind in _EXTRAS if kind in amounts}
    prefix = len(_CALL)
    calls = {kind[prefix:]: count for kind, count in amounts.items() if kind.startswith(_CALL)}
    extras = Extras(**more, calls=calls) if more or calls else NO_EXTRAS
    usage = Usage(amounts["input"], amounts["cached"], amounts["output"], extras)
    return UsageCount(None if name == _ROUTER else name, model, amounts["questions"], usage)

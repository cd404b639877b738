"""The versions of the bot that run side by side: one and the next, while it is upgraded."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager

from bot import __version__
from bot.adapters.redis import keys
from bot.adapters.redis.processes.process_notes import RedisProcessNotes
from bot.assembly.storage import Storage
from bot.panel.checks.findings import Finding, bad, warning

_THIS = "this command"
_TOO_FAR = (
    "End all processes of the older one before you start the newer, or upgrade one release after "
    "the other: only neighbours read what the other stores."
)
_FINISH = (
    "Restart the older ones once the newer are ready; one that was killed is forgotten after two "
    "minutes."
)


def note_version(storage: Storage, team_id: str) -> AbstractAsyncContextManager[None]:
    """Note meanwhile which version this process is."""
    return _notes(storage, team_id).kept([__version__])


async def examine(storage: Storage, team_id: str) -> list[Finding]:
    """Return a finding if several versions run, or one that this command is too far from."""
    return findings(await _notes(storage, team_id).current(), __version__)


def findings(noted: Iterable[tuple[str, str]], own: str) -> list[Finding]:
    """Return what there is to say of the versions *noted* by processes, in a command of *own*."""
    running = defaultdict[str, list[str]](list)
    for version, process in noted:
        running[version].append(process)
    if not running:
        return []
    if not _are_neighbours([*running, own]):
        mixed = {**running, own: [*running.get(own, ()), _THIS]}
        return [bad(f"These versions are too far apart: {_listed(mixed)}", _TOO_FAR)]
    if len(running) > 1:
        return [warning(f"Different versions run side by side: {_listed(running)}", _FINISH)]
    return []


def _are_neighbours(versions: Iterable[str]) -> bool:
    """Whether all are of one minor version, or of two of which one comes after the other."""
    minors = sorted({_minor(version) for version in versions})
    oldest, newest = minors[0], minors[-1]
    follows = newest in ((oldest[0], oldest[1] + 1), (oldest[0] + 1, 0))
    return oldest == newest or (follows and len(minors) == 2)


def _minor(version: str) -> tuple[int, int]:
    numbers = re.match(r"(\d+)\.(\d+)", version)
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)


def _listed(versions: dict[str, list[str]]) -> str:
    order: Sequence[str] = sorted(versions, key=lambda one: (_minor(one), one))
    return "; ".join(f"{one} in {', '.join(sorted(versions[one]))}" for one in order)


def _notes(storage: Storage, team_id: str) -> RedisProcessNotes:
    return RedisProcessNotes(storage.redis, keys.key("versions", team_id))

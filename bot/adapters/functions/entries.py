"""The entry points of installed packages, and loading what they name.

A package may do anything while it is imported: raise, exit, print, or never end. It happens in a
thread of its own, where it can take over no signals, and is waited for only so long.
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, EntryPoint, distributions

from bot.functions import GROUP
from bot.panel.errors import Refused

_UNKNOWN = "an unknown package"
LONGEST = 30.0  # seconds for an import
_endless = set[str]()  # what took longer: other threads must not wait for its import as well


@dataclass(frozen=True, slots=True)
class RegisteredExpert:
    """An entry point, and its package's name and version."""

    entry: EntryPoint
    package: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A package whose metadata cannot be read."""

    package: str
    why: str


def registered(group: str = GROUP) -> Sequence[RegisteredExpert | Unreadable]:
    """Return what packages register in *group*; of two installations of one package the first."""
    return _registered(group, tuple(sys.path))


@cache
def _registered(group: str, _paths: Sequence[str]) -> Sequence[RegisteredExpert | Unreadable]:
    return tuple(_read(group))


def _read(group: str) -> Iterator[RegisteredExpert | Unreadable]:
    seen = set[str]()
    for distribution in distributions():
        found: list[RegisteredExpert | Unreadable]
        name = ""
        try:
            entries = [entry for entry in distribution.entry_points if entry.group == group]
            if not entries:
                continue
            name, version = _name_and_version(distribution)
            found = [RegisteredExpert(entry, f"{name} {version}") for entry in entries]
        except Exception as error:  # noqa: BLE001 - files may have any content
            name = name or _name(distribution)
            found = [Unreadable(name, type(error).__name__)]
        if name.casefold() not in seen:
            seen.add(name.casefold())
            yield from found


def _name_and_version(distribution: Distribution) -> tuple[str, str]:
    about = distribution.metadata  # has no `get` in the types of Python 3.11
    name = str(about["Name"]) if "Name" in about else _UNKNOWN
    return name, about["Version"] if "Version" in about else "of no version"  # noqa: SIM401


def _name(distribution: Distribution) -> str:
    try:
        return _name_and_version(distribution)[0]
    except Exception:  # noqa: BLE001 - as above
        return _UNKNOWN


def load(entry: EntryPoint) -> object:
    """Return what *entry* names. Raises Refused, with the reason, if that cannot be loaded."""
    loaded = list[object]()
    errors = list[BaseException]()

    def run() -> None:
        try:
            loaded.append(entry.load())
        except BaseException as error:  # noqa: BLE001 - also SystemExit: no package may stop the bot
            errors.append(error)

    if entry.value not in _endless:
        thread = threading.Thread(target=run, daemon=True, name=f"import {entry.value}")
        with redirect_stdout(sys.stderr):  # what commands print may be read by programs
            thread.start()
            thread.join(LONGEST)
    if loaded:
        return loaded[0]
    if errors:
        raise Refused(f"loading {entry.value} ends in {type(errors[0]).__name__}.")
    _endless.add(entry.value)
    raise Refused(f"loading {entry.value} takes more than {LONGEST:g} seconds.")

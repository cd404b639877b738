"""The files that settings name: processes with different ones would answer in turns."""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress

from bot.adapters.redis import keys
from bot.adapters.redis.processes.process_notes import RedisProcessNotes
from bot.assembly.storage import Storage
from bot.panel.checks.findings import Finding, warning
from bot.panel.errors import Refused
from bot.settings.config import SETTINGS, Config
from bot.settings.yaml_files.files import digest

log = logging.getLogger(__name__)

_NAMED = ("panel_file", "tools", "prices")

_NONE = "none"
_THIS = "this command"
_REMEDY = (
    "Give all processes the same file and restart those that have another; one that was killed is "
    "forgotten after two minutes."
)
_told = set[tuple[str, ...]]()  # both sides of the bot may be in this process

ProcessesByDigest = Mapping[str, Iterable[str]]


@asynccontextmanager
async def open_same_files(config: Config, storage: Storage, team_id: str) -> AsyncIterator[None]:
    """Note which files this process has, and warn once where another one has others."""
    own = _digests(config)
    notes = [f"{setting} {found}" for setting, found in own.items()]
    record = RedisProcessNotes(storage.redis, keys.key("files", team_id))

    async def compare() -> None:
        for setting, found in _differing(await record.current()).items():
            if setting in own:
                digests = ", ".join(sorted(found))
                _tell(logging.WARNING, "file.differs", setting=setting, digests=digests)

    async with record.kept(notes, compare):
        for setting, found in own.items():
            _tell(logging.INFO, "file.in_use", setting=setting, digest=found)
        yield


async def examine(config: Config, storage: Storage, team_id: str) -> list[Finding]:
    """Return a finding for each setting whose file is not the same everywhere."""
    noted = await RedisProcessNotes(storage.redis, keys.key("files", team_id)).current()
    here = [(f"{setting} {found}", _THIS) for setting, found in _digests(config).items()]
    used = {note.partition(" ")[0] for note, _ in noted}
    compared = [(note, process) for note, process in here if note.partition(" ")[0] in used]
    return [
        warning(f"Processes have different files for {setting}: {_who(found)}", _REMEDY)
        for setting, found in _differing([*noted, *compared]).items()
    ]


def file_digest(config: Config, field: str) -> str:
    """Return the digest of the file that a setting names, or ``none``. Raises Refused."""
    path = str(getattr(config, field))
    return digest(path) if path else _NONE


def _digests(config: Config) -> Mapping[str, str]:
    digests: dict[str, str] = {}
    for field in _NAMED:
        with suppress(Refused):  # whoever reads the file says so
            digests[SETTINGS[field].name] = file_digest(config, field)
    return digests


def _differing(noted: Iterable[tuple[str, str]]) -> Mapping[str, ProcessesByDigest]:
    """Return, by setting, which processes have which file, where there are several."""
    by_setting = defaultdict[str, dict[str, list[str]]](dict)
    for note, process in noted:
        setting, _, found = note.partition(" ")
        by_setting[setting].setdefault(found, []).append(process)
    return {setting: found for setting, found in sorted(by_setting.items()) if len(found) > 1}


def _who(found: ProcessesByDigest) -> str:
    return "; ".join(f"{one} in {', '.join(sorted(found[one]))}" for one in sorted(found))


def _tell(level: int, event: str, **extra: str) -> None:
    if (told := (event, *extra.values())) not in _told:
        _told.add(told)
        log.log(level, event, extra=extra)

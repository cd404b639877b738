"""A file with the settings of a running demo: with it, the other commands work on the demo."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.panel.errors import Refused

_MARK = "# The settings of a running panelbot demo (process {}). They end with it.\n"
_MARKED = re.compile(re.escape(_MARK).replace(r"\{\}", r"(\d+)"))


def as_env_file(settings: Mapping[str, str]) -> str:
    """Return *settings* as a shell and ``--env-file`` read them."""
    lines = (f"{name}={_quoted(value)}\n" for name, value in sorted(settings.items()))
    return _MARK.format(os.getpid()) + "".join(lines)


def make_way(path: Path) -> None:
    """Remove what a killed demo has left at *path*. Raises Refused if it is another file."""
    if not path.parent.is_dir():
        raise Refused(f"--settings-out {path} cannot be written: there is no such folder.")
    if not os.path.lexists(path):
        return
    if not _is_abandoned(path):
        raise Refused(f"--settings-out {path} exists: remove it, or name another file.")
    path.unlink()


@contextmanager
def settings_file(path: Path, settings: Mapping[str, str]) -> Iterator[None]:
    """Keep *settings* meanwhile in the new file *path*, for its owner alone. Raises Refused."""
    try:
        path.touch(0o600, exist_ok=False)
        with path.open("w", encoding="utf-8") as file:
            made = os.fstat(file.fileno())
            file.write(as_env_file(settings))
    except OSError as error:
        raise Refused(f"--settings-out {path} cannot be written: {error.strerror}.") from error
    try:
        yield
    finally:
        with suppress(OSError):
            if os.path.samestat(made, path.lstat()):
                path.unlink()


def _quoted(value: str) -> str:
    """Return *value* as both a shell and a reader of .env files understand it."""
    if "'" in value and not {"$", "`"} & set(value):
        return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    return shlex.quote(value)


def _is_abandoned(path: Path) -> bool:
    """Whether *path* is a demo's own file, and that demo has ended."""
    if not path.is_file():
        return False
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            mark = _MARKED.fullmatch(file.readline(len(_MARK) + 20))
    except OSError:
        return False
    return mark is not None and not _runs(int(mark[1]))


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True

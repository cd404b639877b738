"""The content of files that operators write, or why they cannot be read."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TypeVar

from bot.panel.errors import Refused

T = TypeVar("T")

_LARGEST = 20_000_000  # bytes: the reader of YAML takes a second for each million


def text_of(path: str, file: str, *, may_be_pipe: bool = False) -> str:
    """Return the text of the file at *path*, which errors call *file*. Raises Refused."""
    content = _content(path, file, may_be_pipe=may_be_pipe)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = place(content[: error.start].decode("utf-8"))
        problem = "the file is not text in UTF-8; save it as that"
        raise Refused(f"{file}:{line + 1}:{column + 1}: {problem}") from error


def digest(path: str) -> str:
    """Return what tells the file at *path* from others: 12 hex digits. Raises Refused."""
    return sha256(_content(path, path)).hexdigest()[:12]


def read_once(read: Callable[[str], T]) -> Callable[[str], T]:
    """Return *read*, which is called once as long as a file stays the same: each workspace asks."""
    cached = lru_cache(maxsize=2)(lambda path, _state: read(path))
    return lambda path: cached(path, _state(path))


def _state(path: str) -> tuple[int, ...]:
    try:
        found = Path(path).stat()
    except OSError:  # whoever reads it says so
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def place(text_before: str) -> tuple[int, int]:
    """Return the line and column after *text_before*, both counted from 0."""
    lines = text_before.split("\n")
    return len(lines) - 1, len(lines[-1])


def _content(path: str, file: str, *, may_be_pipe: bool = False) -> bytes:
    """Return the bytes of a file; a pipe or a device might have no end."""
    try:
        state = Path(path).stat()
        if not (may_be_pipe or S_ISREG(state.st_mode) or S_ISDIR(state.st_mode)):
            raise Refused(f"{file} cannot be read: it is a pipe or a device, not a file")
        with Path(path).open("rb") as opened:
            content = opened.read(_LARGEST + 1)
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise Refused(f"{file} cannot be read: it has more than {_LARGEST // 1_000_000} MB")
    return content

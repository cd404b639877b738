"""How a line of the log is written: as text, or as JSON with the fields of docs/run/log.md.

Neither has the words of an exception that is not ours: whatever raises it may quote what people or
models wrote. Its type and where it was raised are there.
"""

import json
import logging
import math
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime

from bot import __version__

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_MOST_LINES = 300  # of a stack, whatever led to what

_finders: list[Callable[[], Mapping[str, str]]] = [dict]

_turn: ContextVar[str] = ContextVar("turn", default="")


def bind_turn(turn: str) -> None:
    """Let whatever the current task logs, and the tasks that it starts, name *turn*."""
    _turn.set(turn)


def bound_turn() -> str:
    """Return the turn that the current task works on; empty if none."""
    return _turn.get()


def name_turn(record: logging.LogRecord) -> bool:
    """Name the turn in *record*, for whatever handler it comes to; a filter that keeps all."""
    if _turn.get() and not hasattr(record, "turn"):
        record.turn = _turn.get()
    return True


def find_trace_ids(find: Callable[[], Mapping[str, str]]) -> None:
    """Let *find* tell ``trace_id`` and ``span_id`` of the current trace, if there is one."""
    _finders[:] = [find]


class TextFormatter(logging.Formatter):
    """``2026-11-20T10:00:00.123Z INFO turn.answered experts=2 turn=T1:C1:17``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as one line, with its extra fields; an exception follows it."""
        pairs = "".join(f" {key}={_quoted(value)}" for key, value in sorted(_fields(record)))
        line = f"{_time(record)} {record.levelname} {_message(record)}{pairs}"
        return "\n".join([line, *_stack(_error(record))])


class JsonFormatter(TextFormatter):
    """One JSON object a line, that tells which *process* wrote it and what its *role* is."""

    def __init__(self, role: str, process: str) -> None:
        super().__init__()
        self._source = {"version": __version__, "role": role, "process": process}

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as a JSON object without line breaks."""
        fields, message = dict(_fields(record)), _message(record)
        turn = str(fields.pop("turn", ""))
        error = _error(record)
        line = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
            "event": message if record.name.startswith("bot.") else None,
            **self._source,
            "workspace": turn.partition(":")[0],
            "turn": turn,
            **_finders[0](),
            "fields": {key: _plain(value) for key, value in fields.items()},
            "exception": error and {"type": type(error).__name__, "stack": _stack(error)},
        }
        return json.dumps({key: value for key, value in line.items() if value})


def _time(record: logging.LogRecord) -> str:
    utc = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    return ((key, value) for key, value in vars(record).items() if key not in _STANDARD)


def _message(record: logging.LogRecord) -> str:
    """Return the first line of what *record* says: asyncio quotes exceptions in those below."""
    return record.getMessage().partition("\n")[0]


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _stack(error: BaseException | None) -> list[str]:
    """Return where *error* and what led to it were raised, oldest first, without their words."""
    lines: list[str] = []
    while error is not None and len(lines) < _MOST_LINES:
        frames = "".join(traceback.format_tb(error.__traceback__)).splitlines()
        parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
        below = [f"  | {line}" for part in parts for line in _stack(part)]
        lines[:0] = [*frames, type(error).__name__, *below]
        hidden = None if error.__suppress_context__ else error.__context__
        error = error.__cause__ or hidden
    return lines


def _quoted(value: object) -> str:
    text = str(value)
    return text if text and text.isprintable() and " " not in text else json.dumps(text)


def _plain(value: object) -> object:
    """Return *value* as JSON has it: a scalar, a list of them, or else its text."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else str(value)

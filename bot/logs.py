"""Logging: one line an event, a dotted name and fields; never what people or models wrote."""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TextIO

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_EVERY = 60.0  # seconds

# At DEBUG these log request bodies, and with them tokens and content.
_VERBOSE = ("aiohttp", "httpcore2", "httpx2", "openai", "slack_bolt", "slack_sdk")


class EventFormatter(logging.Formatter):
    """``2026-11-20T10:00:00 INFO turn.answered experts=2 turn=T1:C1:17``."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as one line, with its extra fields."""
        fields = {k: v for k, v in vars(record).items() if k not in _STANDARD}
        pairs = "".join(f" {k}={_value(v)}" for k, v in sorted(fields.items()))
        line = f"{self.formatTime(record)} {record.levelname} {record.getMessage()}{pairs}"
        if record.exc_info:
            line += f"\n{self.formatException(record.exc_info)}"
        return line


def _value(value: object) -> str:
    text = str(value)
    return text if text and text.isprintable() and " " not in text else json.dumps(text)


def set_up(level: str, stream: TextIO = sys.stderr) -> None:
    """Log to *stream*; of the libraries above only warnings and errors."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(EventFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    ours = logging.getLogger("bot")
    ours.handlers[:], ours.propagate = [handler, _Others(handler)], False
    ours.setLevel(level)
    for name in _VERBOSE:
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def written_by(write: Callable[[str], object]) -> Iterator[None]:
    """Give each line of the log to *write* for as long as the block runs."""
    handler = _Lines(write)
    handler.setFormatter(EventFormatter())
    loggers = [one for one in (logging.getLogger(), logging.getLogger("bot")) if one.handlers]
    usual = [one.handlers[:] for one in loggers]
    for logger in loggers:
        logger.handlers[:] = [handler]
    try:
        yield
    finally:
        for logger, handlers in zip(loggers, usual, strict=True):
            logger.handlers[:] = handlers


class RepeatedWarning:
    """A warning that strangers can cause: for each reason one line a minute, with a count."""

    def __init__(self, logger: logging.Logger, event: str, *, every: float = _EVERY) -> None:
        self._logger = logger
        self._event = event
        self._every = every
        self._more: dict[str, int] = {}  # by reason: how often since the last line

    def tell(self, reason: str, error: Exception | None = None, **fields: object) -> None:
        """Log that it has happened for *reason*, one of few, or count it.

        A mistake of ours is an *error*: it is logged as one, the first time with a traceback.
        """
        if reason in self._more:
            self._more[reason] += 1
        else:
            self._log(reason, 1, fields, error)

    def _log(
        self, reason: str, times: int, fields: Mapping[str, object], error: Exception | None = None
    ) -> None:
        extra = {"reason": reason, "times": times, **fields}
        level = logging.ERROR if error else logging.WARNING
        self._logger.log(level, "%s", self._event, extra=extra, exc_info=error)
        self._more[reason] = 0
        asyncio.get_running_loop().call_later(self._every, self._sum_up, reason, fields)

    def _sum_up(self, reason: str, fields: Mapping[str, object]) -> None:
        if more := self._more.pop(reason):
            self._log(reason, more, fields)


class _Others(logging.Handler):
    """Lets handlers of packages have what the bot logs; they cannot hurt whoever logs it."""

    def __init__(self, ours: logging.Handler) -> None:
        super().__init__()
        self._ours = ours

    def handle(self, record: logging.LogRecord) -> bool:
        """Give *record* to whatever handlers others have added."""
        for handler in logging.getLogger().handlers:
            if handler is not self._ours and record.levelno >= handler.level:
                with suppress(Exception):
                    handler.handle(record)
        return True


class _Lines(logging.Handler):
    """Gives each line to a function."""

    def __init__(self, write: Callable[[str], object]) -> None:
        super().__init__()
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._write(self.format(record))
        except Exception:  # noqa: BLE001 - as every handler: what cannot be logged stops nothing
            self.handleError(record)

"""Logging: one line an event, a dotted name and fields; never what people or models wrote."""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import Context
from types import TracebackType
from typing import TextIO

from bot.log_formats import JsonFormatter, TextFormatter, name_turn

_EVERY = 60.0  # seconds

log = logging.getLogger(__name__)

# At DEBUG these log request bodies, and with them tokens and content.
_VERBOSE = ("aiohttp", "httpcore2", "httpx2", "openai", "slack_bolt", "slack_sdk")


def set_up(
    level: str, stream: TextIO = sys.stderr, *, formatter: logging.Formatter | None = None
) -> None:
    """Log to *stream*, as text unless told otherwise; of some libraries warnings and errors only.

    As JSON, what would end the process with a traceback, and Python's warnings, are lines as well.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter or TextFormatter())
    handler.addFilter(name_turn)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    ours = logging.getLogger("bot")
    ours.handlers[:], ours.propagate = [handler, _Others(handler)], False
    ours.setLevel(level)
    for name in _VERBOSE:
        logging.getLogger(name).setLevel(logging.WARNING)
    if is_json():
        logging.captureWarnings(True)
        sys.excepthook = _log_crash
        threading.excepthook = lambda args: _log_crash(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )


def is_json() -> bool:
    """Whether each line on standard error has to be a JSON object, as nobody reads it there."""
    if sys.stderr.isatty():
        return False
    return any(isinstance(one.formatter, JsonFormatter) for one in logging.getLogger().handlers)


def _log_crash(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if not issubclass(kind, SystemExit):  # as Python itself does with threads
        log.critical("process.crashed", exc_info=(kind, error, traceback))


@contextmanager
def written_by(write: Callable[[str], object]) -> Iterator[None]:
    """Give each line of the log to *write* for as long as the block runs."""
    handler = _Lines(write)
    handler.addFilter(name_turn)
    loggers = [one for one in (logging.getLogger(), logging.getLogger("bot")) if one.handlers]
    handler.setFormatter(loggers[0].handlers[0].formatter if loggers else None)
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
        asyncio.get_running_loop().call_later(
            self._every, self._sum_up, reason, fields, context=Context()
        )  # it is of no single turn

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

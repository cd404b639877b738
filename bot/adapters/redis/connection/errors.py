"""Redis's errors as ours: what it answers instead of doing what it is asked is waited out."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import walk_tb

from redis.exceptions import DataError, NoScriptError, RedisClusterException, RedisError

from bot.panel import observing
from bot.panel.errors import StoreUnavailable
from bot.panel.observing import Measure

_LONGEST = 200  # characters of what Redis says


@contextmanager
def store_errors() -> Iterator[None]:
    """Translate errors of Redis into StoreUnavailable, and keep cancellations.

    No error of Redis is taken for final: in a failover, or while somebody changes its settings,
    it may say anything. What is wrong for good, as a value of the wrong type, lasts longer than
    the turn is retried, which is then put aside. DataError is a mistake of ours.

    On Python 3.11 redis-py may swallow a cancellation: it sends with ``asyncio.wait_for``, which
    loses one that arrives just as the sending completes.
    """
    before = _cancellations()
    try:
        yield
    except (DataError, StoreUnavailable):
        raise
    except (RedisError, RedisClusterException, OSError) as error:
        failure = unavailable(error)
        if not isinstance(error, NoScriptError):  # it is sent again, with the script
            observing.count(Measure.STORE_UNAVAILABLE, code=failure.code)
        raise failure from error
    except Exception as error:
        if not _is_raised_by_client(error):
            raise
        code = type(error).__name__
        raise StoreUnavailable(f"Redis is unavailable ({code})", code=code) from error
    finally:
        if _cancellations() > before:
            raise asyncio.CancelledError


def unavailable(error: Exception) -> StoreUnavailable:
    """Return *error* as ours, with what Redis says; never with the command, which has content."""
    said = str(error).rpartition("of pipeline caused error: ")[2].strip("(\"',)")
    said = said.partition(", with args")[0]
    code = getattr(error, "status_code", None) or _first_word(said) or type(error).__name__
    text = said.removeprefix(code).strip()
    return StoreUnavailable(f"Redis is unavailable ({code}): {text[:_LONGEST]}", code=code)


def reason(error: Exception) -> str:
    """Return what *error* says of why Redis is unavailable, to go into a sentence."""
    text = str(error)
    return (text.partition("): ")[2] or text).rstrip(".")


def _is_raised_by_client(error: Exception) -> bool:
    """Whether redis-py stumbled: in a failover it may use a connection that is closed meanwhile."""
    frames = walk_tb(error.__traceback__)
    return any(frame.f_globals.get("__name__", "").startswith("redis.") for frame, _ in frames)


def _first_word(said: str) -> str:
    word = said.partition(" ")[0]
    return word if word.isalpha() and word.isupper() else ""


def _cancellations() -> int:
    try:
        task = asyncio.current_task()
    except RuntimeError:  # its loop has ended, and only closes what waits
        return 0
    return task.cancelling() if task else 0

"""Redis's errors in our words: the one place that knows which of them pass."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions

from bot.panel.errors import StoreUnavailable

# A connection that is refused, loading or unauthorised is a ConnectionError too; ReadOnly is a
# primary that became a replica; out of memory is temporary, as turns end.
_PASSING = (
    exceptions.ClusterError,
    exceptions.ConnectionError,
    exceptions.OutOfMemoryError,
    exceptions.ReadOnlyError,
    exceptions.RedisClusterException,
    exceptions.TimeoutError,
    exceptions.TryAgainError,
)
# Cannot write its disk, has too few replicas, is kept busy by a script, is without its primary.
_PASSING_CODES = ("MISCONF", "NOREPLICAS", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "LOADING")


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn what Redis raises and will not last into StoreUnavailable; let cancellations through.

    On Python 3.11 redis-py may swallow one: ``asyncio.wait_for``, by which it sends, does so if
    all is sent at that very moment.
    """
    before = _cancellations()
    try:
        with _translated():
            yield
    finally:
        if _cancellations() > before:
            raise asyncio.CancelledError


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except _PASSING as error:
        raise StoreUnavailable(f"Redis is unavailable: {error}") from error
    except exceptions.ResponseError as error:
        if str(error).startswith(_PASSING_CODES):
            raise StoreUnavailable(f"Redis is unavailable: {error}") from error
        raise


def _cancellations() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task else 0

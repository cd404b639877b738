"""Redis's errors as ours: the only place that knows which of them are temporary."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions

from bot.panel.errors import StoreUnavailable

# ConnectionError includes refused, loading and unauthorised; ReadOnlyError means that a primary
# became a replica; out of memory is temporary because memory is freed when turns end.
_TEMPORARY = (
    exceptions.ClusterError,
    exceptions.ConnectionError,
    exceptions.OutOfMemoryError,
    exceptions.ReadOnlyError,
    exceptions.RedisClusterException,
    exceptions.TimeoutError,
    exceptions.TryAgainError,
)
# Cannot write to disk, too few replicas, busy with a script, primary is down …
_TEMPORARY_CODES = ("MISCONF", "NOREPLICAS", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "LOADING")


@contextmanager
def store_errors() -> Iterator[None]:
    """Translate temporary errors of Redis into StoreUnavailable, and keep cancellations.

    On Python 3.11 redis-py may swallow one: it sends with ``asyncio.wait_for``, which loses a
    cancellation that arrives just as the sending completes.
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
    except _TEMPORARY as error:
        raise StoreUnavailable(f"Redis is unavailable: {error}") from error
    except exceptions.ResponseError as error:
        if str(error).startswith(_TEMPORARY_CODES):
            raise StoreUnavailable(f"Redis is unavailable: {error}") from error
        raise


def _cancellations() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task else 0

"""Sending to Redis without a task for each command."""

from collections.abc import Iterable
from typing import Any

from redis.asyncio import Connection


class DirectConnection(Connection):
    """Waits, within the timeout, only for what does not go out at once.

    redis-py makes a task for each command to wait for that it was sent.
    """

    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        writer: Any = self._writer
        is_free = writer is not None and not writer.transport.get_write_buffer_size()
        if not is_free or isinstance(command, (bytes, str)):
            await super().send_packed_command(command, check_health)
            return
        if check_health:
            await self.check_health()  # type: ignore[no-untyped-call]
        writer = self._writer  # it may be another one now
        writer.write(b"".join(command))  # early 3.12's writelines() never makes anybody wait
        if writer.transport.get_write_buffer_size():
            await super().send_packed_command([], check_health=False)

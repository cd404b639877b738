"""What is known of commands, clicks and forms, which may be delivered more than once.

A delivery is claimed before it is acted on. The claim of a process that has died ends by itself,
so that the next delivery is acted on.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier delivery of the same: whether it is done, and its answer once there is one."""

    done: bool
    answer: str | None


class DeliveryStore(Protocol):
    """Deliveries of an hour, each claimed by one *token*. Methods may raise StoreUnavailable."""

    async def claim(self, name: str, token: str) -> Earlier | None:
        """Claim a delivery for two seconds; None: done. Else return what is known of it."""

    async def renew(self, name: str, token: str, answer: str | None) -> None:
        """Keep the claim for two more seconds, and its answer, unless another one has it now."""

    async def done(self, name: str, token: str, answer: str | None) -> None:
        """Note that the delivery is done and how it was answered, unless another one has it now."""

    async def release(self, name: str, token: str) -> None:
        """Let the delivery be claimed again, unless another one has it now."""

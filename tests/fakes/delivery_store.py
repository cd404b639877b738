"""A DeliveryStore in memory."""

from dataclasses import dataclass

from bot import runtime
from bot.panel.messaging.deliveries import DeliveryStore, Earlier

_LEASE = 2.0


@dataclass
class Known:
    """What is known of a delivery, and until when."""

    token: str
    until: float
    done: bool = False
    answer: str | None = None


class FakeDeliveryStore(DeliveryStore):
    """Keeps deliveries by name; one that is done never ends."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}

    async def claim(self, name: str, token: str) -> Earlier | None:
        known = self.known.get(name)
        if known and (known.done or known.until > runtime.monotonic()):
            return Earlier(known.done, known.answer)
        self.known[name] = Known(token, runtime.monotonic() + _LEASE)
        return None

    async def renew(self, name: str, token: str, answer: str | None) -> None:
        if known := self._of(name, token):
            known.until, known.answer = runtime.monotonic() + _LEASE, answer

    async def done(self, name: str, token: str, answer: str | None) -> None:
        if known := self._of(name, token):
            known.done, known.answer = True, answer

    async def release(self, name: str, token: str) -> None:
        if self._of(name, token):
            del self.known[name]

    def _of(self, name: str, token: str) -> Known | None:
        known = self.known.setdefault(name, Known(token, 0.0))
        return known if known.token == token else None

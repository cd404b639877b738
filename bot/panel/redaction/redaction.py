"""What may go to a model, as the operator's redactors say."""

from collections.abc import Sequence
from typing import Protocol

from bot.redactors import Text


class Redaction(Protocol):
    """All redactors together."""

    async def redacted(self, texts: Sequence[Text]) -> Sequence[str]:
        """Return what may be sent instead of each of *texts*.

        Raises ModelRefused if one must not be sent, or if that cannot be found out.
        """

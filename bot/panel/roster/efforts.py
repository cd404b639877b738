"""Which efforts models take, as far as it is known before they are asked."""

import re

from bot.panel.model import Effort

_ALWAYS_THINKS = re.compile(r"gpt-6\.[12]-(?:sol|astra)(?:-\d{4}-\d{2}-\d{2})?")


def least(model: str) -> Effort:
    """Return the least effort that *model* takes; servers refuse less than that."""
    return Effort.LOW if _ALWAYS_THINKS.fullmatch(model) else Effort.NONE

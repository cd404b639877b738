"""What all entries of a journal have."""

from dataclasses import dataclass, field

from bot.panel.model import CallId


@dataclass(frozen=True, slots=True)
class Dated:
    """What was noted at some time; what differs in that alone is equal."""

    # Milliseconds since 1970, set when it is appended.
    at: int = field(default=0, kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class OfRound(Dated):
    """What happens in one choice of experts."""

    # The call of the expert who consults others; None: the router.
    by: CallId | None = field(default=None, kw_only=True)

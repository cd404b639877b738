"""Which models answer where nothing else is said."""

from dataclasses import dataclass

from bot.panel.model import Effort


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which models are used where nothing else is said."""

    router: str = "gpt-6-luna"
    router_effort: Effort = Effort.NONE
    expert: str = "gpt-6.1-terra"
    hard: str = "gpt-6.1-sol"  # for who wants it deeper
    fallbacks: tuple[str, ...] = ()  # for when one of these is gone, or has too much to do

"""The default models."""

from dataclasses import dataclass

from bot.panel.model import Effort


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The models that answer where an expert names none."""

    router: str = "gpt-6-luna"
    router_effort: Effort = Effort.NONE
    decisions: str = "gpt-6-luna"  # the only model that OpenAI has for them
    expert: str = "gpt-6.1-terra"
    hard: str = "gpt-6.2-sol"  # for *Go deeper*
    fallbacks: tuple[str, ...] = ()  # while one of these is gone or overloaded
    # Tokens that each may write; 0: as many as the model can.
    router_output: int = 0
    expert_output: int = 0
    synthesis_output: int = 0

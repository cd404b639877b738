"""Panels of any size, of experts as long as they may be."""

from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import Prompt
from bot.panel.model import Expert, ExpertName, Panel
from tests.adapters.openai.prompts import prompt


def expert(number: int, length: int = 24) -> Expert:
    """Return the expert of that *number*, with a name of so many characters."""
    name = f"e{number:03}" + ("-long" * 5)[: max(length - 4, 0)].rstrip("-")
    purpose = f"Topic{number} and whatever else belongs to it, as it is written here. " * 4
    return Expert(
        ExpertName(name.ljust(length, "x")),
        f"Counsel {number}",
        ":scales:",
        purpose[:200],
        f"You are the counsel of topic{number}.",
    )


def panel(size: int, length: int = 24) -> Panel:
    """Return a panel of so many experts."""
    return Panel(tuple(expert(number, length) for number in range(size)))


def asked(size: int, **changes: object) -> Prompt:
    """Return a prompt to choose among so many experts."""
    return prompt(tools=prompts.tools(panel(size)), **changes)

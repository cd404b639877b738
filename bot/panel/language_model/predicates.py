"""What a model judges of a question: a statement about each expert, and one about none of them."""

from collections.abc import Mapping

from bot.panel.language_model.exchange import Tool
from bot.panel.language_model.frames import quote
from bot.panel.language_model.instructions import FRAMES
from bot.panel.language_model.prompts import tool_name
from bot.panel.model import Panel
from bot.panel.routing.likelihoods import Likelihoods

INSTRUCTIONS = f"""\
A panel of experts answers in a Slack thread. Judge whom the newest <message> wants; what came \
before tells what it is about. {FRAMES}"""
_NOBODY = Tool(
    "nobody",
    "The newest <message> needs no expert: thanks, small talk, or a question about the panel.",
    {},
)


def predicates(panel: Panel) -> tuple[Tool, ...]:
    """Return the statements, as tools that are wanted if they are true."""
    return (
        _NOBODY,
        *(
            Tool(
                tool_name(expert.name),
                f"The newest <message> touches the field of {quote(expert.title)}: "
                f"{quote(expert.purpose)}",
                {},
            )
            for expert in panel.experts
        ),
    )


def likelihoods_in(judged: Mapping[str, float], panel: Panel) -> Likelihoods:
    """Return what was *judged*, by the names of the tools."""
    names = {tool_name(expert.name): expert.name for expert in panel.experts}
    experts = {name: judged[tool] for tool, name in names.items() if tool in judged}
    return Likelihoods(experts, judged.get(_NOBODY.name))

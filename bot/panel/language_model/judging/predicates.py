"""What a model judges of a question: a statement about each expert, and one about none of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.panel.language_model.exchange import Item, Prompt, Tool, ToolCalled, UserSaid, in_words
from bot.panel.language_model.frames import quote
from bot.panel.language_model.instructions import FRAMES
from bot.panel.language_model.prompts import tool_name
from bot.panel.model import ConversationId, Panel
from bot.panel.routing.likelihoods import Likelihoods

INSTRUCTIONS = f"""\
A panel of experts answers in a Slack thread. Judge whom the newest <message> wants; what came \
before tells what it is about. {FRAMES}"""
SHOWN_ITEMS = 8  # of the router's conversation, the newest
_SHOWN_TEXT = 1_000  # characters of each
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


def judging(prompt: Prompt, earlier: Iterable[Item], panel: Panel, model: str) -> Prompt:
    """Return the router's *prompt* for the judge, with what came *earlier*, the newest first."""
    return replace(
        prompt,
        conversation=ConversationId(""),
        model=model,
        instructions=INSTRUCTIONS,
        items=(*retold(earlier), *prompt.items),
        tools=predicates(panel),
        most_output=1,  # it writes nothing that costs
    )


def retold(earlier: Iterable[Item]) -> Sequence[UserSaid]:
    """Return what came *earlier*, the newest first, for whoever reads no conversation."""
    shown = list[Item]()
    for item in earlier:
        match item:
            case UserSaid(text):
                shown.append(UserSaid(text[:_SHOWN_TEXT]))
            case ToolCalled():  # what was asked stands in the message
                shown.append(replace(item, arguments={}))
    told = [in_words(item) for item in reversed(shown[:SHOWN_ITEMS])]
    return [UserSaid("\n".join(told))] if told else []


def likelihoods_in(judged: Mapping[str, float], panel: Panel) -> Likelihoods:
    """Return what was *judged*, by the names of the tools."""
    names = {tool_name(expert.name): expert.name for expert in panel.experts}
    experts = {name: judged[tool] for tool, name in names.items() if tool in judged}
    return Likelihoods(experts, judged.get(_NOBODY.name))

"""Calls of experts as models make them: whom they mean, and what they ask."""

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.panel.journal.events import StrangerCalled
from bot.panel.language_model import prompts, tool_names
from bot.panel.language_model.exchange import Item, ToolAnswered, ToolCalled
from bot.panel.language_model.frames import quote
from bot.panel.model import Call, CallId, Expert, Panel
from bot.panel.roster import search
from bot.panel.roster.expert_checks import LONGEST_TITLE

_ALIKE, _LIKENESS = 8, 0.5  # how many names are proposed, and how much of them is the same
_NOT_MADE = (
    "{name} was not consulted: one question may consult {limit} experts, and that many were. "
    "Say what is missing, or answer without."
)


def expert_called(tool: str, panel: Panel) -> Expert | None:
    """Return the expert of *panel* that a call of *tool* means; None if that is not clear."""
    found = tool_names.find(tool, prompts.tools(panel))
    names = {prompts.tool_name(expert.name): expert for expert in panel.experts}
    return names[found.name] if found else None


def called_one_by_one(made: ToolCalled, panel: Panel) -> tuple[ToolCalled, ...]:
    """Return *made* once for each expert that it names: weak models name several at once.

    All have the id of the one call, which gets the outputs of all as one: see ``as_one_each``.
    """
    names = tool_names.find_each(made.tool, prompts.tools(panel))
    return tuple(replace(made, tool=name) for name in names)


def as_one_each(items: Iterable[Item]) -> list[Item]:
    """Return *items* with one call, and one output, for each id of a call."""
    merged: dict[object, Item] = {}
    for place, item in enumerate(items):
        match item:
            case ToolAnswered(call_id, output):
                before = merged.get(("output", call_id))
                so_far = [before.output] if isinstance(before, ToolAnswered) else []
                whole = ToolAnswered(call_id, "\n\n".join([*so_far, output]))
                merged["output", call_id] = whole
            case ToolCalled(call_id):
                merged.setdefault(("call", call_id), item)
            case _:
                merged[place] = item
    return [*merged.values()]


def as_call(call: ToolCalled, expert: Expert, id_: CallId, by: CallId | None = None) -> Call:
    """Return *call* as a call of *expert*, with our own id.

    *by* is the call of the expert who consults it; None: the router does.
    """
    given = {name: text.strip() for name, text in call.arguments.items()}
    reason, brief = given.pop("reason", ""), given.pop("brief", "")
    brief = brief or max(given.values(), key=len, default="")  # weak models rename it
    known_as = None if call.written else call.call_id
    return Call(id_, expert.name, reason, brief, known_as=known_as, by=by)


def asks_the_same(call: Call, other: Call) -> bool:
    """Whether two calls ask one expert the same question."""
    return call.expert == other.expert and call.brief.split() == other.brief.split()


def not_consulted(call: StrangerCalled, panel: Panel) -> list[Item]:
    """Return the output of a call that consulted nobody, after the call if it was written."""
    expert = expert_called(call.name, panel)
    if call.limit:
        name = expert.title if expert else call.name
        output = _NOT_MADE.format(name=quote(name), limit=call.limit)
    else:
        output = _not_there(call.name, panel)
    answered: list[Item] = [ToolAnswered(call.call_id, output)]
    if not call.written:
        return answered
    name = re.sub(r"[^\w-]", "_", call.name, flags=re.ASCII)[:64] or "unknown"
    return [ToolCalled(call.call_id, name, {}), *answered]


def _not_there(name: str, panel: Panel) -> str:
    """Return that *name* is nobody's, and who is there; of many experts, those of like names."""
    known = [prompts.tool_name(expert.name) for expert in panel.experts]
    output = f"There is no expert {quote(name)!r} on this panel."
    if len(known) <= tool_names.MOST_SINGLE:
        return f"{output} There are: {', '.join(known)}."
    meant = name.casefold().removeprefix(tool_names.PREFIX)[:LONGEST_TITLE]
    alike = search.alike(meant.replace("_", "-"), panel.experts, most=_ALIKE, least=_LIKENESS)
    names = ", ".join(alike)
    return f"{output} Names like it: {names or 'none'}. The list in your instructions has all."

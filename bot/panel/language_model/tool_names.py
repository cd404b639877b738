"""Finding the tool that a model means: weak models and servers change its name, or write a call."""

import re
from collections.abc import Iterable, Sequence

from bot.panel.language_model.exchange import Prompt, Tool, UserSaid, WrittenCalls

PREFIX = "consult_"
MOST_SINGLE = 64  # experts who are tools of their own: OpenAI takes 128, hosted and remote ones too
# What models call the brief; data about experts, which people ask for, has none of it.
_BRIEFS = frozenset({"brief", "reason", "message", "question", "query", "task", "prompt", "input"})


def find(name: str, tools: Iterable[Tool]) -> Tool | None:
    """Return the one of *tools* that *name* means; None if that is none, or not clear."""
    tools = tuple(tools)
    if exact := next((tool for tool in tools if tool.name == name), None):
        return exact
    meant = _plain(name)
    by_name = [tool for tool in tools if _plain(tool.name) == meant]
    by_title = [tool for tool in tools if tool.title and _plain(tool.title) == meant]
    matches = by_name or by_title
    return matches[0] if meant and len(matches) == 1 else None


def bare(name: str) -> str:
    """Return *name* without namespace and marks: "functions.Consult-Legal<|channel|>x"."""
    last = re.split(r"[.:/]", re.split(r"<[|｜]", name)[0].strip())[-1]
    return re.sub(r"[\W_]+", "_", last.casefold()).strip("_")


def _plain(name: str) -> str:
    return re.sub(rf"^(?:{PREFIX})+", "", bare(name))


def are_meant(written: WrittenCalls, prompt: Prompt) -> bool:
    """Whether *written* are calls of tools that *prompt* offers, and not an example of them."""
    if not prompt.tools:
        return False
    if not all(_is_offered(call.tool, prompt.tools) for call in written.calls):
        return False
    if written.marked:
        return True
    if not all(
        PREFIX in call.tool.casefold() or _BRIEFS & {*call.arguments} for call in written.calls
    ):
        return False
    return not (written.beside and _are_named(written, prompt.items))


def _is_offered(name: str, tools: Sequence[Tool]) -> bool:
    """Whether *name* is of one of *tools*, or made up after their pattern."""
    return find(name, tools) is not None or PREFIX in name.casefold()


def _are_named(written: WrittenCalls, items: Sequence[object]) -> bool:
    """Whether people named the tools themselves: then the model quotes them."""
    said = " ".join(item.text for item in items if isinstance(item, UserSaid))
    return any(call.tool in said for call in written.calls)

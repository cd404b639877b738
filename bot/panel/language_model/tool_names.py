"""Finding the tool that a model means: weak models and servers change its name, or write a call."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.panel.language_model.exchange import Prompt, Tool, UserSaid, WrittenCalls

PREFIX = "consult_"
MOST_SINGLE = 64  # experts who are tools of their own: OpenAI takes 128, hosted and remote ones too
# What models call the brief; data about experts, which people ask for, has none of it.
_BRIEFS = frozenset({"brief", "reason", "message", "question", "query", "task", "prompt", "input"})
_LIST = re.compile(r"[,;|\n]")
_BETWEEN_NAMES = re.compile(r"[,;|\n&+/]|(?:\s|(?<=,))and\s", re.IGNORECASE)
_EXPLANATION = re.compile(r"\s*[(\[]|:\s|\s[-\u2013\u2014]\s")  # after a name


def find(name: str, tools: Iterable[Tool]) -> Tool | None:
    """Return the one of *tools* that *name* means; None if that is none, or not clear."""
    tools = tuple(tools)
    if exact := next((tool for tool in tools if tool.name == name), None):
        return exact
    return _found(name, tools) or _found(_EXPLANATION.split(name)[0], tools)


def find_each(name: str, tools: Iterable[Tool]) -> tuple[str, ...]:
    """Return the names of those of *tools* that *name*, perhaps a list of names, means.

    What none of them is stays together, and comes last; alone, if there is nothing else.
    """
    tools = tuple(tools)
    listed = name.removeprefix(PREFIX)
    words = _words(listed)
    if any(tool.name == name or (tool.title and _forms(tool).title == words) for tool in tools):
        return (name,)
    parts = [part for part in _BETWEEN_NAMES.split(listed) if _words(part)]
    found = [find(part, tools) for part in parts]
    if len(parts) < 2 or not any(found) or (not all(found) and not _LIST.search(listed)):
        return (name,)
    unknown = [part.strip() for part, tool in zip(parts, found, strict=True) if tool is None]
    known = dict.fromkeys(tool.name for tool in found if tool)
    return (*known, *([", ".join(unknown)] if unknown else []))


def _found(name: str, tools: Sequence[Tool]) -> Tool | None:
    meant, words = _plain(name), _words(name.removeprefix(PREFIX))
    by_name = [tool for tool in tools if _forms(tool).name == meant]
    by_title = [
        tool
        for tool in tools
        if tool.title and (_forms(tool).plain_title == meant or _forms(tool).title == words)
    ]
    matches = by_name or by_title
    return matches[0] if meant and len(matches) == 1 else None


class _Forms(NamedTuple):
    """What is compared of a tool."""

    name: str
    title: str
    plain_title: str


def _forms(tool: Tool) -> _Forms:
    return _forms_of(tool.name, tool.title)


@lru_cache(maxsize=1_000)
def _forms_of(name: str, title: str) -> _Forms:
    return _Forms(_plain(name), _words(title), _plain(title))


def _words(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def bare(name: str) -> str:
    """Return *name* without namespace and marks: "functions.Consult-Legal<|channel|>x"."""
    last = re.split(r"[.:/]", re.split(r"<[|｜]", name)[0].strip())[-1]
    return _words(last)


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

"""Mentions in what people write: of members, of the bot, and of experts by their handles.

A mention counts only among its author's own words: not in code, in a quote, or in what is
forwarded or attached.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.markdown import sanitize
from bot.adapters.slack.receiving.events import Checked
from bot.json_types import Json
from bot.panel.messaging.handles import HandleStore
from bot.panel.messaging.people import People
from bot.panel.model import UserId

_MOST_NAMES = 100
_GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>")
_TOKEN = re.compile(r"<(@[BUW][A-Z0-9]+|!(?:subteam\^[A-Z0-9]+|here|channel|everyone))[|>]")
_CODE_OR_QUOTE = re.compile(
    r"```.*?(?:```|\Z)"
    r"|`[^`\n]+`"
    r"|^[ \t]*(?:>>>|&gt;&gt;&gt;).*"
    r"|^[ \t]*(?:>|&gt;)[^\n]*",
    re.DOTALL | re.MULTILINE,
)
_DEEPEST = 10  # Slack nests three levels
_QUOTING = frozenset({"rich_text_preformatted", "rich_text_quote"})


@dataclass(frozen=True, slots=True)
class Live:
    """Whom the author of a message addresses in it, each once."""

    users: Sequence[str]
    groups: Sequence[str]  # some may be experts' handles
    anybody: bool  # also everybody who is here

    def address(self, identity: Identity) -> bool:
        """Whether one of them is the bot."""
        return any(one in self.users for one in identity.mentioned_as)


def live(message: Mapping[str, Any]) -> Live:
    """Return the mentions among the author's own words.

    Rich text tells which these are. What it does not have at all is read from the `text`, so
    that both of Slack's events for a mention say the same, with blocks or without.
    """
    known = message.live if isinstance(message, Checked) else None
    found: Live = known or _live(message)
    if isinstance(message, Checked):
        message.live = found
    return found


def _live(message: Mapping[str, Any]) -> Live:
    found: dict[str, bool] = {}
    for token, is_live in _in_blocks(message):
        found[token] = found.get(token, False) or is_live
    for token in _spoken(message.get("text")):
        found.setdefault(token, True)
    tokens = [token for token, is_live in found.items() if is_live]
    return Live(
        [token[1:] for token in tokens if token.startswith("@")],
        [token.partition("^")[2] for token in tokens if "^" in token],
        bool(tokens),
    )


def groups(written: str) -> Sequence[str]:
    """Return the user groups that *written* names, each once; some may be experts' handles."""
    return list(dict.fromkeys(_GROUP.findall(written)))


def is_spoken(text: str, at: int) -> bool:
    """Whether position *at* of *text* is neither in code nor in a quote."""
    return not any(span.start() <= at < span.end() for span in _CODE_OR_QUOTE.finditer(text))


class Mentions:
    """Looks up what mentions stand for."""

    def __init__(self, people: People, handles: HandleStore, identity: Identity) -> None:
        self._people = people
        self._handles = handles
        self._team = identity.team_id
        self._us = identity

    async def names(self, authors: Sequence[UserId], texts: Iterable[str]) -> Mapping[str, str]:
        """Return names of *authors*, and of experts and a hundred users in *texts*, by id."""
        written = "\n".join(texts)
        people = (author for author in authors if not author.startswith("B"))  # else it is an app
        users = map(UserId, dict.fromkeys(sanitize.mentioned(written)))
        names = await self._people.names([*people, *islice(users, _MOST_NAMES)])
        by_id = {str(user): name for user, name in names.items()}
        if mentioned := groups(written):
            handles = await self._handles.find(self._team, mentioned)
            by_id |= {group: handle.name for group, handle in handles.items()}
        return by_id

    async def address_us(self, message: Json) -> bool:
        """Whether the author of *message* mentions the bot, or the handle of an expert."""
        mentioned = live(message)
        if mentioned.address(self._us):
            return True
        return bool(
            mentioned.groups and await self._handles.find(self._team, list(mentioned.groups))
        )


def _in_blocks(message: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield each mention in the blocks, and whether it is among the author's own words."""
    for block in _dicts(message.get("blocks")):
        match block:
            case {"type": "rich_text"}:
                yield from _in_rich_text(block, is_live=True)
            case {"type": "section", "text": {"text": str(text)}} | {
                "type": "markdown",
                "text": str(text),
            }:  # how apps write
                yield from ((token, True) for token in _spoken(text))


def _in_rich_text(element: Json, *, is_live: bool, depth: int = 0) -> Iterator[tuple[str, bool]]:
    for part in _dicts(element.get("elements")):
        style = part.get("style")
        is_code = isinstance(style, dict) and bool(style.get("code"))
        match part:
            case {"type": "user", "user_id": str(user)}:
                yield f"@{user}", is_live and not is_code
            case {"type": "usergroup", "usergroup_id": str(group)}:
                yield f"!subteam^{group}", is_live and not is_code
            case {"type": "broadcast", "range": str(whom)}:
                yield f"!{whom}", is_live and not is_code
            case {"type": "text", "text": str(text)}:  # a log that was pasted
                yield from ((token, False) for token in _TOKEN.findall(text))
            case _ if depth < _DEEPEST:
                spoken = is_live and str(part.get("type")) not in _QUOTING
                yield from _in_rich_text(part, is_live=spoken, depth=depth + 1)


def _spoken(text: object) -> Sequence[str]:
    return _TOKEN.findall(_CODE_OR_QUOTE.sub(" ", text)) if isinstance(text, str) else ()


def _dicts(values: object) -> Iterator[Json]:
    if isinstance(values, list):
        yield from (value for value in values if isinstance(value, dict))

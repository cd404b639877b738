"""The `rich_text` block that Slack's composer makes of what a person types.

The text of a message is mrkdwn, with ids and entities; the block says the same in elements.
Mentions keep their element in code and in quotes, as in Slack.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.json_types import Json
from bot.playground.slack.workspace.emoji import emoji

_FENCE = re.compile(r"```(.*?)```\n?", re.DOTALL)
_QUOTE = re.compile(r"(?:&gt;|>) ?")
_BULLET = re.compile(r"( *)[•◦▪-] +")
_NUMBER = re.compile(r"( *)\d{1,4}[.)] +")
_CONTROL = re.compile(r"<([^<>\n]+)>")
_INLINE = re.compile(
    r"(?<!`)`(?P<code>[^`\n]+)`(?!`)"
    r"|<(?P<control>[^<>\n]+)>"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])"
    r"|(?<![\w:]):(?P<emoji>[a-z0-9+_-]+):"
)
_ENTITY = re.compile(r"&(lt|gt|amp);")
_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&"}
_SPACES_PER_INDENT = 4

Styles = tuple[str, ...]


def typed_blocks(text: str, block_id: str) -> list[Json]:
    """Return the blocks of a message with this *text*; none if there is no text."""
    elements = list(_elements(text))
    if not elements:
        return []
    return [{"type": "rich_text", "block_id": block_id, "elements": elements}]


def _elements(text: str) -> Iterator[Json]:
    pieces = _FENCE.split(text)
    for number, piece in enumerate(pieces):
        if number % 2:
            code = piece.removeprefix("\n").removesuffix("\n")
            yield {"type": "rich_text_preformatted", "elements": _code(code), "border": 0}
        elif piece:
            yield from _prose(piece)


def _prose(text: str) -> Iterator[Json]:
    """Yield the sections, quotes and lists of *text*, which has no fences."""
    lines = [(_kind_of(line), line) for line in text.split("\n")]
    for (kind, indent), run in groupby(lines, key=lambda pair: pair[0]):
        content = [line for _, line in run]
        match kind:
            case "quote":
                unquoted = "\n".join(_QUOTE.sub("", line, count=1) for line in content)
                yield {"type": "rich_text_quote", "elements": _inline(unquoted)}
            case "bullet" | "ordered":
                yield _list(kind, indent, content)
            case _ if elements := _inline("\n".join(content)):
                yield {"type": "rich_text_section", "elements": elements}


def _kind_of(line: str) -> tuple[str, int]:
    if _QUOTE.match(line):
        return "quote", 0
    for kind, start in (("bullet", _BULLET), ("ordered", _NUMBER)):
        if match := start.match(line):
            return kind, len(match[1]) // _SPACES_PER_INDENT
    return "section", 0


def _list(kind: str, indent: int, lines: Sequence[str]) -> Json:
    start = _BULLET if kind == "bullet" else _NUMBER
    items = [
        {"type": "rich_text_section", "elements": _inline(start.sub("", line, count=1))}
        for line in lines
    ]
    return {"type": "rich_text_list", "style": kind, "indent": indent, "elements": items}


def _inline(text: str, styles: Styles = ()) -> list[Json]:
    elements: list[Json] = []
    end = 0
    for match in _INLINE.finditer(text):
        made = _span(match, styles)
        if made:
            elements += [*_plain(text[end : match.start()], styles), *made]
            end = match.end()
    return elements + _plain(text[end:], styles)


def _span(match: re.Match[str], styles: Styles) -> list[Json]:
    """Return the elements of a span; none if it is text after all."""
    kind = match.lastgroup or ""
    inside = match[kind]
    match kind:
        case "control":
            return [_control(inside, styles)]
        case "code":
            return _code(inside, (*styles, "code"))
        case "emoji":
            known = emoji(inside)
            return [_styled({"type": "emoji", "name": inside}, styles)] if known else []
        case _:
            return _inline(inside, (*styles, kind))


def _code(code: str, styles: Styles = ()) -> list[Json]:
    """Return the elements of code: text, links and mentions."""
    return [
        element
        for number, piece in enumerate(_CONTROL.split(code))
        for element in ([_control(piece, styles)] if number % 2 else _plain(piece, styles))
    ]


def _control(control: str, styles: Styles) -> Json:
    """Return the element of what stands between `<` and `>`."""
    target, _, label = control.partition("|")
    command = target[1:]
    match target[:1]:
        case "@":
            element = {"type": "user", "user_id": command}
        case "#":
            element = {"type": "channel", "channel_id": command}
        case "!" if command.startswith("subteam^"):
            element = {"type": "usergroup", "usergroup_id": command.removeprefix("subteam^")}
        case "!":
            element = {"type": "broadcast", "range": command}
        case _:
            element = {"type": "link", "url": _decoded(target)}
            element |= {"text": _decoded(label)} if label else {}
    return _styled(element, styles)


def _plain(text: str, styles: Styles) -> list[Json]:
    return [_styled({"type": "text", "text": _decoded(text)}, styles)] if text else []


def _styled(element: Json, styles: Styles) -> Json:
    return element | ({"style": dict.fromkeys(styles, True)} if styles else {})


def _decoded(text: str) -> str:
    return _ENTITY.sub(lambda match: _CHARACTERS[match[1]], text)

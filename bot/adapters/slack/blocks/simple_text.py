"""Sanitized Markdown as sections of mrkdwn, for a Slack that does not take the Markdown itself.

It reads as it would have: lists, bold text and code stay, tables become code.
"""

import re
from collections.abc import Iterator

from bot.adapters.slack.blocks.elements import section
from bot.adapters.slack.markdown import sanitize
from bot.adapters.slack.markdown.leaves import Leaf, leaves
from bot.adapters.slack.markdown.limits import LONGEST_SECTION, size
from bot.adapters.slack.markdown.splitting import MIN_LIMIT, split
from bot.adapters.slack.markdown.unfit import as_code
from bot.json_types import Json
from bot.panel.texts.blocks import Kind

_LONGEST = 2_500  # characters of Markdown in a section, which become somewhat more
_LINE = "─" * 20
_STYLED = re.compile(r"(`[^`\n]+`|\*\*[^*\n]+\*\*)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|>:~-])")


def sections(markdown: str, longest: int = _LONGEST) -> list[Json]:
    found: list[Json] = []
    for piece in split(markdown, longest):
        text = "\n".join(_lines(piece))
        if size(text) > LONGEST_SECTION and longest >= 2 * MIN_LIMIT:
            found += sections(piece, longest // 2)
        elif text.strip():
            found.append(section(text))
    return found


def _lines(markdown: str) -> Iterator[str]:
    for leaf in leaves(markdown):
        if leaf.after_blank:
            yield ""
        shown = as_code(leaf) if leaf.kind is Kind.TABLE else leaf
        if shown.kind in {Kind.FENCE, Kind.CODE}:
            code = "\n".join(shown.lines).replace("```", "'''")
            yield f"```\n{_escaped(code)}\n```"
            continue
        for number, line in enumerate(shown.lines):
            yield _margin(shown, is_first=number == 0) + _line(shown.kind, line)


def _margin(leaf: Leaf, *, is_first: bool) -> str:
    """Return the beginning of a line: quotes, indentation, bullets and numbers."""
    opened = len(leaf.path) - leaf.opened if is_first else len(leaf.path)
    margin = ">" if any(container.is_quote for container in leaf.path) else ""
    for depth, item in enumerate(leaf.path):
        if not item.is_quote:
            marker = "• " if item.marker[0] in "-+*" else item.marker
            margin += marker if depth >= opened else "    "
    return margin


def _line(kind: Kind, line: str) -> str:
    if kind is Kind.RULE:
        return _LINE
    if kind is Kind.HEADING:
        title = sanitize.mrkdwn(_plain(line.strip().strip("#").strip().replace("**", "")))
        return f"*{title}*" if title.strip("=-") else ""
    return "".join(_styled(part) for part in _STYLED.split(line.strip()))


def _styled(part: str) -> str:
    if part.startswith("**") and part.endswith("**") and len(part) > 4:
        return f"*{sanitize.mrkdwn(_plain(part[2:-2]))}*"
    if part.startswith("`") and part.endswith("`") and len(part) > 2:
        return f"`{_escaped(part[1:-1])}`"
    return sanitize.mrkdwn(_plain(part))


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", _decoded(text))


def _decoded(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">")


def _escaped(text: str) -> str:
    text = _decoded(text).replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;")

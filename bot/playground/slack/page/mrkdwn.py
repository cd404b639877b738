"""Slack's own text format, mrkdwn, as safe HTML.

Rules of this file:
1. Every character from outside is escaped, by `plain_html` or `escape`.
2. A link has one of `SAFE_SCHEMES`, or it stays text.
3. What would notify people in Slack (`<!channel>`, `<@U…>`) is shown as a mention, in code too, so
   that text which should have been sanitized and was not is noticed here first.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from itertools import groupby
from urllib.parse import urlsplit

from bot.playground.slack.workspace.emoji import SHORTCODE, emoji

SAFE_SCHEMES = ("http", "https", "mailto")
CONTROL = re.compile(r"<([^<>\n]{1,4000})>")

_ENTITY = re.compile(r"&(lt|gt|amp);")
_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&"}
_FENCE = re.compile(r"```\n?(.*?)```\n?", re.DOTALL)
_ADDRESS = r"(https?://[^\s<>|]*[^\s<>|.,;:!?)'\"*_~])"
_URL = re.compile(_ADDRESS)
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<control>[^<>\n]+)>"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])"
    rf"|(?P<url>{_ADDRESS})"
)
_TAGS = {"bold": "b", "italic": "i", "strike": "s"}
_QUOTE = re.compile(r"(?:&gt;|>) ?")
_BULLET = re.compile(r"(?:[-•*]) +")
_NUMBER = re.compile(r"(\d{1,4})[.)] +")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the ids in a text."""

    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


def decoded(text: str) -> str:
    """Return *text* with Slack's three entities decoded, each once."""
    return _ENTITY.sub(lambda match: _CHARACTERS[match[1]], text)


def text_html(text: str) -> str:
    """Return *text* as HTML without links or mentions; emoji are shown."""
    return SHORTCODE.sub(_emoji_html, escape(text))


def plain_html(text: str) -> str:
    """Return *text*, which Slack encoded, as `text_html` shows it."""
    return text_html(decoded(text))


def linked_html(text: str) -> str:
    """Return *text* as HTML in which URLs are links."""
    pieces = _URL.split(text)
    return "".join(
        link_html(piece) or text_html(piece) if is_url else text_html(piece)
        for is_url, piece in zip([False, True] * len(pieces), pieces, strict=False)
    )


def mrkdwn_html(text: str, names: Names) -> str:
    """Return *text* in Slack's mrkdwn as HTML."""
    pieces = _FENCE.split(text)
    prose, code = pieces[::2], [*pieces[1::2], None]
    return "".join(
        _prose_html(unfenced, names) + ("" if fenced is None else _pre_html(fenced, names))
        for unfenced, fenced in zip(prose, code, strict=True)
    )


def code_html(code: str, names: Names) -> str:
    """Return the inside of a code span or block."""
    pieces = CONTROL.split(code)
    return "".join(
        _control_in_code(piece, names) if is_control else escape(decoded(piece))
        for is_control, piece in zip([False, True] * len(pieces), pieces, strict=False)
    )


def control_html(control: str, names: Names) -> str:
    """Return the HTML of what stands between `<` and `>`: a mention, a channel, a link."""
    target, _, label = control.partition("|")
    if target.startswith("@"):
        name = names.users.get(target[1:], label or target[1:])
        return f'<span class="mention" data-user="{escape(target[1:])}">@{escape(name)}</span>'
    if target.startswith("#"):
        name = names.channels.get(target[1:], label or target[1:])
        return f'<a class="mention" href="#/{escape(target[1:])}">#{escape(name)}</a>'
    if target.startswith("!"):
        return _special_html(target[1:], decoded(label), names)
    return link_html(decoded(target), decoded(label)) or escape(decoded(f"<{control}>"))


def link_html(url: str, label: str = "") -> str | None:
    """Return a link to *url*, or None if it would not be safe to follow."""
    if not is_safe(url):
        return None
    return f"{link_open(url)}{escape(label or url)}</a>"


def link_open(url: str) -> str:
    """Return the opening tag of a link; its tooltip shows the URL."""
    address = escape(url)
    return f'<a href="{address}" title="{address}" target="_blank" rel="noopener noreferrer">'


def date_html(seconds: str, format_: str, link: str, fallback: str) -> str | None:
    """Return a date, which the page formats in the viewer's time; None if there is none."""
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None
    shown = escape(fallback or moment)
    html = f'<time datetime="{moment}" data-format="{escape(format_)}">{shown}</time>'
    return f"{link_open(link)}{html}</a>" if is_safe(link) else html


def is_safe(url: str) -> bool:
    """Whether *url* runs no script: a click can only leave the page."""
    try:
        return urlsplit(url.strip()).scheme.lower() in SAFE_SCHEMES
    except ValueError:
        return False


def _special_html(command: str, label: str, names: Names) -> str:
    name, _, rest = command.partition("^")
    if name in ("channel", "here", "everyone"):
        return f'<span class="mention broadcast" title="Notifies everyone here">@{name}</span>'
    if name == "subteam":
        group = names.groups.get(rest) or label.removeprefix("@") or rest
        return f'<span class="mention broadcast" title="Notifies a group">@{escape(group)}</span>'
    if name == "date":
        return date_html(*_date_parts(rest), label) or escape(label or f"<!{command}>")
    return escape(label or f"<!{command}>")


def _date_parts(text: str) -> tuple[str, str, str]:
    """Return the seconds, the format and the link of a date: `1392734382^{date}^https://…`."""
    seconds, _, rest = text.partition("^")
    format_, _, link = rest.partition("^")
    return seconds, decoded(format_), decoded(link)


def _control_in_code(control: str, names: Names) -> str:
    target, _, label = control.partition("|")
    if target[:1] in ("@", "#", "!"):
        return control_html(control, names)
    return escape(decoded(label or target if is_safe(target) else f"<{control}>"))


def _emoji_html(match: re.Match[str]) -> str:
    character = emoji(match[1])
    if character is None:
        return match[0]
    label = escape(match[1].replace("_", " "))
    return f'<span class="emoji" role="img" aria-label="{label}">{character}</span>'


def _pre_html(code: str, names: Names) -> str:
    return f'<pre tabindex="0"><code>{code_html(code, names)}</code></pre>'


def _prose_html(text: str, names: Names) -> str:
    lines = [(_kind(line), line) for line in text.split("\n")]
    runs = groupby(lines, key=lambda pair: pair[0])
    return "".join(_RUNS[kind]([line for _, line in run], names) for kind, run in runs)


def _kind(line: str) -> str:
    for kind, start in (("quote", _QUOTE), ("bullets", _BULLET), ("numbers", _NUMBER)):
        if start.match(line):
            return kind
    return "lines" if line.strip() else "gap"


def _lines_html(lines: list[str], names: Names) -> str:
    return f"<p>{'<br>'.join(_inline_html(line, names) for line in lines)}</p>"


def _quote_html(lines: list[str], names: Names) -> str:
    quoted = (_inline_html(_QUOTE.sub("", line, count=1), names) for line in lines)
    return f"<blockquote>{'<br>'.join(quoted)}</blockquote>"


def _bullets_html(lines: list[str], names: Names) -> str:
    items = (_inline_html(_BULLET.sub("", line, count=1), names) for line in lines)
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _numbers_html(lines: list[str], names: Names) -> str:
    first = _NUMBER.match(lines[0])
    items = (_inline_html(_NUMBER.sub("", line, count=1), names) for line in lines)
    start = int(first[1]) if first else 1
    return f'<ol start="{start}">{"".join(f"<li>{item}</li>" for item in items)}</ol>'


def _gap_html(_lines: list[str], _names: Names) -> str:
    return ""


_RUNS: Mapping[str, Callable[[list[str], Names], str]] = {
    "lines": _lines_html,
    "quote": _quote_html,
    "bullets": _bullets_html,
    "numbers": _numbers_html,
    "gap": _gap_html,
}


def _inline_html(text: str, names: Names) -> str:
    return "".join(_inline_parts(text, names))


def _inline_parts(text: str, names: Names) -> Iterator[str]:
    end = 0
    for match in _INLINE.finditer(text):
        yield plain_html(text[end : match.start()])
        yield _span_html(match.lastgroup or "", match[match.lastgroup or 0], names)
        end = match.end()
    yield plain_html(text[end:])


def _span_html(kind: str, inside: str, names: Names) -> str:
    match kind:
        case "code":
            return f"<code>{code_html(inside, names)}</code>"
        case "control":
            return control_html(inside, names)
        case "url":
            return link_html(decoded(inside)) or plain_html(inside)
        case _:
            return f"<{_TAGS[kind]}>{_inline_html(inside, names)}</{_TAGS[kind]}>"

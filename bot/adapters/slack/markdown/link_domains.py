"""Links only to some domains: whatever else Slack could take for an address is shown as code.

A link carries what is in it to whoever runs the domain, as soon as somebody follows it. Hosts are
compared as browsers read them; what could hide one (entities, backslashes) is undone before.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from bot.adapters.slack.markdown.edits import Edit, edited
from bot.adapters.slack.markdown.syntax import code

_WORD = re.compile(r"[^\s|]+")
_MAY_BE_ADDRESS = re.compile(r"[:/\\]/|\w[.@]\w|&#?\w+;|\\.")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_WITH_SCHEME = re.compile(r":[/\\]{2,}([^/\\?#\s]*)")
_BARE = re.compile(r"(?<![\w./-])(?:[^\W_][\w-]*\.)+[^\W\d_][\w-]+")
_LOCAL_PART = re.compile(r"[\w.+-]*")
_LONGEST = 2_000  # of what can be an address
_AROUND = "*_~()[]{}\"'.,;:!?“”‘’«»"  # noqa: RUF001 - quotation marks
_LOOK_ALIKES = str.maketrans({".": "\u2024", ":": "\ua789", "@": "\uff20", "&": "\uff06"})
_PORT = re.compile(r":\d*$")


class LinkDomains:
    """The *domains* that answers may link to, with all below them; none given: any."""

    def __init__(self, domains: frozenset[str] = frozenset()) -> None:
        self._domains = tuple(domain.casefold() for domain in domains)

    def restrict(self, markdown: str) -> str:
        """Return sanitized *markdown* without links to other domains. Doing so twice is the same.

        A beginning without anything like an address stays as it is, whatever follows.
        """
        if not self._domains or not _MAY_BE_ADDRESS.search(markdown):
            return markdown
        return edited(markdown, self._edits(markdown))

    def restrict_view(self, view: Any) -> Any:
        """Return the blocks of *view* with links to other domains as texts."""
        match view:
            case {"type": "link", "url": str(url)}:
                is_bare = "text" not in view
                return view if self._may_show(url) and is_bare else {"type": "text", "text": url}
            case dict():
                return {key: self.restrict_view(value) for key, value in view.items()}
            case list():
                return [self.restrict_view(value) for value in view]
            case _:
                return view

    def _edits(self, text: str) -> Iterator[Edit]:
        spans = code(text)
        is_odd = not spans and ("`" in text or "~~~" in text)
        rewrite = _disarmed if is_odd else _as_code
        begins = [0, *(stop for _, stop in spans)]
        ends = [*(start for start, _ in spans), len(text)]
        for start, stop in zip(begins, ends, strict=True):
            for word in _WORD.finditer(text, start, stop):
                if not self._may_show(word[0]):
                    yield rewrite(text, word)

    def _may_show(self, word: str) -> bool:
        if not self._domains or not _MAY_BE_ADDRESS.search(word):
            return True
        plain = _ESCAPE.sub(r"\1", html.unescape(html.unescape(word)))
        return len(plain) <= _LONGEST and all(map(self._is_allowed, _hosts(plain)))

    def _is_allowed(self, authority: str) -> bool:
        host = _PORT.sub("", authority.rpartition("@")[2]).casefold().strip(_AROUND)
        return any(host == one or host.endswith(f".{one}") for one in self._domains)


def _hosts(word: str) -> Iterator[str]:
    yield from _WITH_SCHEME.findall(word)
    scheme = _WITH_SCHEME.search(word)
    *users, last = word[: scheme.start() if scheme else None].split("@")
    for text in users:  # without the name before the @
        local = _LOCAL_PART.match(text[::-1])
        yield from _BARE.findall(text[: len(text) - len(local[0] if local else "")])
    yield from _BARE.findall(last)


def _as_code(text: str, word: re.Match[str]) -> Edit:
    core = word[0].strip(_AROUND)
    start = word.start() + word[0].index(core)
    stop = start + len(core)
    shown = html.unescape(core).replace("`", "\u02cb").replace("<", "&lt;").replace(">", "&gt;")
    lead = " " if text[start - 1 : start] == "`" else ""  # two in a row would be another mark
    trail = " " if text[stop : stop + 1] == "`" else ""
    return Edit(start, stop, f"{lead}`{shown}`{trail}")


def _disarmed(_text: str, word: re.Match[str]) -> Edit:
    """Return an address that nobody takes for one, where parsers differ on what is code."""
    plain = _ESCAPE.sub(r"\1", html.unescape(word[0])).replace("<", "&lt;").replace(">", "&gt;")
    return Edit(word.start(), word.end(), plain.translate(_LOOK_ALIKES))

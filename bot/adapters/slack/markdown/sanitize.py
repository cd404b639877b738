"""Sanitizing text from models and people before it is posted.

Slack's active syntax is `<…>`: these brackets are escaped, so nothing can ping. Links are written
as `label (url)`, so that the reader sees every URL. What Slack's own Markdown parser accepts is
not documented, so safety rests on breaking `](` wherever it is outside code; the CommonMark parser
only makes the result read well.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from markdown_it.common.normalize_url import normalizeLink

from bot.adapters.slack.markdown.edits import Edit, edited
from bot.adapters.slack.markdown.emphasis import emphasis_edits
from bot.adapters.slack.markdown.html_tags import tag_edits
from bot.adapters.slack.markdown.inline_parts import Element, Part, code_and_emphasis, parts
from bot.adapters.slack.markdown.syntax import MARKERS, code
from bot.language import gettext
from bot.panel.texts.block_scanner import structure
from bot.panel.texts.blocks import Structure

_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ELLIPSIS = "…"
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)")

# Controls, zero-width spaces, bidirectional overrides and isolates, annotation marks.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_NEWLINE = re.compile("\r\n?|[\u2028\u2029]")
# Joiners make emoji and shape Arabic and Indic words; between Latin letters they only disguise.
_JOINED = "[\u0590-\u1fff\u2100-\U0010ffff]"
_STRAY_JOINER = re.compile(f"(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})")
_TAGS = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f)|[\U000e0000-\U000e007f]"  # regional flags
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAY_BE_HIDDEN = re.compile(  # any character of those above
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200d\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)

_LINE = re.compile(rf"^({MARKERS})(.*)$", re.MULTILINE)
_INLINE_LINK = re.compile(r"\](?=\()")
_DEFINITION = re.compile(
    rf"^{MARKERS}\[(?:[^\[\]\\]|\\.){{1,999}}\](?=:)", re.MULTILINE | re.DOTALL
)
_OPENS_BLOCK = re.compile(
    r"(?P<number>\d{1,9})(?=[.)](?:\s|$))|(?=#{1,6}(?:\s|$)|[-*+](?:\s|$)|>|~~~|```)"
)
_SAFE_SCHEMES = ("https://", "http://", "mailto:")
_FORMATTING = re.compile(r"[*_~](?=\W|_|$)|(?<![^\W_])[*_~]|`")
_LOOK_ALIKES = str.maketrans("*_~`", "\u2217\uff3f\u223c\u02cb")
_BROADCAST = re.compile(r"@(?=(?:here|channel|everyone)\b)", re.IGNORECASE)
_SHOUT = re.compile(r"(?<![\w.+-])@(?=(?:here|channel|everyone)\b)", re.IGNORECASE)
_MAY_BE_EMPHASIS = re.compile(r"[^\w\s](?:\*{1,3}|~~)\w|\w(?:\*{1,3}|~~)[^\w\s]")
_LINE_QUOTE = re.compile(r"^([ \t]*)&gt;", re.MULTILINE)
_ENTITY = re.compile("&(?:lt|gt|amp);")
_TOKEN = re.compile(rf"<([^<>]*)>|{_ENTITY.pattern}")


def markdown(text: str) -> str:
    """Return *text* made safe for a Slack `markdown` block."""
    text = visible(text)
    if "[" in text or "<" in text or r"\>" in text:
        text = edited(text, _element_edits(text))
    text = _LINE.sub(lambda line: line[1] + _bracketless(line[2]), text)
    return edited(text, _last_edits(text))


def mrkdwn(text: str) -> str:
    """Return *text* made safe for a `mrkdwn` field: nothing in it formats or pings.

    mrkdwn has no escape for its formatting characters, so those that would format are replaced by
    look-alikes.
    """
    text = _FORMATTING.sub(lambda match: match[0].translate(_LOOK_ALIKES), visible(text))
    text = _BROADCAST.sub("\uff20", text)
    return _LINE_QUOTE.sub("\\1\u203a", _bracketless(text.replace("&", "&amp;")))


def one_line(text: str, limit: int) -> str:
    """Return *text* on one line, cut to `limit` characters, for notifications and fallbacks."""
    line = " ".join(visible(text).split())
    line = _bracketless(_BROADCAST.sub("\uff20", line).replace("&", "&amp;"))
    if len(line) <= limit:
        return line
    cut = re.sub(r"&[a-z]{0,3}$", "", line[: max(limit - len(_ELLIPSIS), 0)])
    at_word = cut if line[len(cut)] == " " else cut.rpartition(" ")[0]
    return ((at_word or cut).rstrip() + _ELLIPSIS)[:limit]


def from_slack(text: str, names: Mapping[str, str]) -> str:
    """Return what a person wrote, for a model; `names` has users' and groups' names by id."""
    return _TOKEN.sub(
        lambda match: _ENTITIES.get(match[0]) or _slack_token(match[1] or "", names), text
    )


def mentioned(text: str) -> Sequence[str]:
    """Return the ids of the users that *text* mentions."""
    return _MENTION.findall(text)


def visible(text: str) -> str:
    """Return *text*, for rich text, without characters that hide or reorder others."""
    if not _MAY_BE_HIDDEN.search(text):
        return text
    text = _INVISIBLE.sub("", _NEWLINE.sub("\n", _SURROGATE.sub("\ufffd", text)))
    return _STRAY_JOINER.sub("", _TAGS.sub(r"\1", text))


def _bracketless(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _last_edits(text: str) -> Iterator[Edit]:
    """Break all that could still become a link outside code, and let emphasis be seen."""
    links = [*_INLINE_LINK.finditer(text), *_DEFINITION.finditer(text)]
    edits = [Edit(match.end(), match.end(), "\\") for match in links]
    edits += [Edit(match.start(), match.end(), "\uff20") for match in _SHOUT.finditer(text)]
    may_be_emphasis = _MAY_BE_EMPHASIS.search(text) is not None
    if not (edits or may_be_emphasis):
        return
    blocks = structure(text)
    yield from _outside_code(text, blocks, edits)
    if may_be_emphasis:
        yield from emphasis_edits(blocks.flat, code_and_emphasis(blocks))


def _outside_code(text: str, blocks: Structure, edits: Sequence[Edit]) -> Iterator[Edit]:
    spans = code(text, blocks)
    starts = [start for start, _ in spans]
    for edit in edits:
        index = bisect_right(starts, edit.stop - 1)
        if index == 0 or edit.stop > spans[index - 1][1]:
            yield edit


def _element_edits(text: str) -> Iterator[Edit]:
    blocks = structure(text)
    elements = [*parts(blocks)]
    yield from tag_edits(text, blocks.flat, elements)
    for part in elements:
        match part.element:
            case Element.ESCAPE:
                yield Edit(part.start, part.start + 1, "")
            case Element.AUTOLINK:
                yield from _autolink(text, part)
            case Element.LINK | Element.IMAGE:
                yield from _link(text, blocks.flat, part)


def _autolink(text: str, part: Part) -> Iterator[Edit]:
    """`<https://…>`, and `<https://…|label>` as Slack's own syntax has it."""
    address, _, label = part.content.partition("|")
    url = normalizeLink(address if ":" in address else f"mailto:{address}")
    if url.startswith(_SAFE_SCHEMES):
        bare = _alone(text, part, url)
        replacement = f"{label.strip()} ({_plain_url(url)})" if label.strip() else bare
        yield Edit(part.start, part.stop, replacement)


def _link(text: str, flat: str, part: Part) -> Iterator[Edit]:
    """Yield the edits to `label (url)`, or to the URL alone if the label adds nothing."""
    start, stop = part.label
    label, url = text[start:stop], normalizeLink(part.content)
    if not url.startswith(_SAFE_SCHEMES):
        if part.element is Element.IMAGE:
            image = gettext("Image")
            yield Edit(part.start, start, f"{image}: " if label.strip() else image)
            yield Edit(stop, part.stop, "")
    elif _adds_nothing(label.strip(), url):
        yield Edit(part.start, part.stop, _alone(text, part, url))
    else:
        yield _label_opening(flat, part, label)
        yield Edit(stop, part.stop, f" ({_plain_url(url)})")


def _adds_nothing(label: str, url: str) -> bool:
    return not label or url in {label, f"mailto:{label}", normalizeLink(label)}


def _label_opening(flat: str, part: Part, label: str) -> Edit:
    """Return the edit of a label's opening bracket; the label must not open a block."""
    start = part.label[0]
    if not _leads_line(flat, part):
        return Edit(part.start, start, "")
    text = label.lstrip()
    start += len(label) - len(text)
    opens = _OPENS_BLOCK.match(text)
    if not opens:
        return Edit(part.start, start, "")
    number = opens["number"] or ""
    return Edit(part.start, start + len(number), number + "\\")


def _leads_line(flat: str, part: Part) -> bool:
    start = part.start
    while start > part.scope.start and flat[start - 1] in " \t":
        start -= 1
    return start == part.scope.start or flat[start - 1] == "\n"


def _alone(text: str, part: Part, url: str) -> str:
    """Return the bare URL, with spaces where a neighbour would become part of it."""
    before, after = text[max(part.start - 1, 0) : part.start], text[part.stop : part.stop + 1]
    lead = " " if before.isalnum() else ""
    trail = "" if not after or after.isspace() or after in ".,;:!?)]}\"'*_|" else " "
    return lead + _plain_url(url.removeprefix("mailto:")) + trail


def _plain_url(url: str) -> str:
    """Return *url* with those characters encoded that would format the text around it."""
    url = url.replace("*", "%2A").replace("~", "%7E")
    url = re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", "%5F", url)
    if url.count("(") != url.count(")"):
        url = url.replace("(", "%28").replace(")", "%29")
    return url


def _slack_token(token: str, names: Mapping[str, str]) -> str:
    target, _, label = token.partition("|")
    label = _decoded(label)
    match target[:1]:
        case "@":
            return f"@{names.get(target[1:]) or label or 'someone'}"
        case "#":
            return f"#{label or 'channel'}"
        case "!":
            return _command(target[1:], label, names)
    url = _decoded(target)
    if not label or url in {label, f"http://{label}", f"https://{label}", f"mailto:{label}"}:
        return url.removeprefix("mailto:")
    return f"{label} ({url})"


def _decoded(text: str) -> str:
    return _ENTITY.sub(lambda match: _ENTITIES[match[0]], text)


def _command(name: str, label: str, names: Mapping[str, str]) -> str:
    kind, _, group = name.partition("^")
    if kind == "date":
        return label
    if kind == "subteam":
        return f"@{names.get(group) or label.removeprefix('@') or 'group'}"
    return f"@{kind}"

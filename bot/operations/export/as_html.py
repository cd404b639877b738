"""The archive as one page that needs nothing else, and from which nothing is fetched.

Everything that was said is escaped, or rendered from Markdown without raw HTML and without
images; the files that experts made are part of the page. Its policy lets no script run and nothing
load from elsewhere. What people and models wrote as headings is put below the page's own.
"""

import base64
import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from markdown_it import MarkdownIt

from bot.operations.export import made_files
from bot.operations.export.names import Names, asked_by, printable, time_of, title_of
from bot.panel.language_model.conversations.thread_archive import Spoken, Talk, ThreadArchive
from bot.panel.language_model.exchange import (
    ApprovalGiven,
    ModelSaid,
    Source,
    StoredItem,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.model import CallId
from bot.panel.tools import ApprovalWanted

_FACES = 8
_LEVELS_ABOVE = 3  # h1 to h3 are the page's own
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_MARKDOWN.disable("image")


def page(archive: ThreadArchive) -> str:
    """Return the archive as HTML."""
    style, names = _file("page.css"), Names(archive)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return printable(_substituted(archive, names, style, digest))


def _substituted(archive: ThreadArchive, names: Names, style: str, digest: str) -> str:
    return Template(_file("page.html")).substitute(
        title=escape(title_of(archive)),
        style=style,
        style_hash=f"sha256-{digest}",
        permalink=escape(archive.permalink),
        summary=_summary(archive),
        contents="".join(_contents(archive, names)),
        sections="\n".join(_sections(archive, names)),
    )


@cache
def _file(name: str) -> str:
    return (files("bot.operations.export") / name).read_text(encoding="utf-8")


def _summary(archive: ThreadArchive) -> str:
    count = len(archive.messages)
    began = f"{time_of(archive.messages[0].ts):%d %B %Y}, " if archive.messages else ""
    thread = archive.thread
    place = f"<code>{escape(thread.channel_id)}/{escape(thread.thread_ts)}</code>"
    return f"{began}{count} message{'' if count == 1 else 's'} · {place}"


def _contents(archive: ThreadArchive, names: Names) -> Iterator[str]:
    yield '<li><a href="#thread">The thread</a></li>'
    for talk in archive.talks:
        yield f'<li><a href="#{_anchor(talk)}">{escape(names.owner(talk))}</a></li>'


def _sections(archive: ThreadArchive, names: Names) -> Iterator[str]:
    yield '<section id="thread" aria-labelledby="thread-title">'
    yield '<h2 id="thread-title">The thread</h2>'
    yield from (_message(message, names) for message in archive.messages)
    yield "</section>"
    for talk in archive.talks:
        yield from _conversation(talk, names)


def _message(message: Spoken, names: Names) -> str:
    time, speaker = time_of(message.ts), message.speaker
    body = _markdown(message.text) if message.is_markdown else _plain(message.text)
    face = zlib.crc32(speaker.encode()) % _FACES
    shown = f'<time datetime="{time.isoformat()}">{time:%d %b, %H:%M:%S} UTC</time>'
    return (
        f'<article id="m{escape(message.ts)}">'
        f'<div class="face f{face}" aria-hidden="true">{escape(_initials(speaker))}</div>'
        f"<h3>{escape(speaker)} {shown}</h3>{body}"
        f"{_link_to_question(message.call_id, names)}</article>"
    )


def _conversation(talk: Talk, names: Names) -> Iterator[str]:
    owner, id_ = escape(names.owner(talk)), _anchor(talk)
    yield f'<section class="talk" id="{id_}" aria-labelledby="{id_}-title">'
    yield f'<h2 id="{id_}-title">{owner}’s conversation</h2>'  # noqa: RUF001 - typography
    yield f'<p class="note"><code>{escape(talk.id)}</code></p>'
    if talk.items is None:
        yield "<p>It is gone: somebody has deleted it.</p>"
    for item in talk.items or ():
        yield _item(item, owner, names, talk.contents)
    yield "</section>"


def _anchor(talk: Talk) -> str:
    return escape("_".join(talk.id.split()))  # an id on a page has no blanks


def _item(item: StoredItem, owner: str, names: Names, contents: Mapping[str, bytes]) -> str:
    match item:
        case UserSaid(text):
            call = asked_by(item)
            is_first = call and names.is_first_question(item, call)
            return _article("Was told", _plain(text), anchor=f"asked-{call}" if is_first else "")
        case ModelSaid(text, sources=sources, files=files, cut=cut):
            body = _markdown(text) + _sources(sources) + made_files.listed(files, contents)
            heading = f"{owner} said, and was cut off" if cut else f"{owner} said"
            return _article(heading, body, kind="said")
        case ToolCalled(arguments=arguments):
            body = _arguments(arguments) + _link_to_question(names.consultation(item), names)
            return _article(f"Called {escape(names.called(item))}", body, kind="said")
        case ToolAnswered(call_id, output):
            folded = f"<details><summary>Show it</summary>{_plain(output)}</details>"
            heading = f"Got {escape(names.answered(item))}'s answer"
            return _article(f"{heading} <code>{escape(call_id)}</code>", folded)
        case ApprovalWanted(_, server, tool, arguments):
            heading = f"Wanted to use {escape(tool)} of {escape(server)}, with approval"
            return _article(heading, _plain(arguments), kind="said")
        case ApprovalGiven(_, approved, reason):
            return _article("Approved" if approved else "Declined", _plain(reason))
        case ToolUsed(tool):
            return _article(f"Used a tool: {escape(tool)}", "", kind="said")


def _arguments(arguments: Mapping[str, str]) -> str:
    told = (f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in arguments.items())
    return f"<dl>{''.join(told)}</dl>"


def _article(heading: str, body: str, *, kind: str = "", anchor: str = "") -> str:
    id_ = f' id="{escape(anchor)}"' if anchor else ""
    return f'<article class="{kind}"{id_}><h3>{heading}</h3>{body}</article>'


def _link_to_question(call: CallId | None, names: Names) -> str:
    if call not in names.asked:
        return ""
    return f'<p class="note"><a href="#asked-{escape(str(call))}">What the expert was asked</a></p>'


def _sources(sources: Sequence[Source]) -> str:
    if not sources:
        return ""
    listed = "".join(
        f"<li>{escape(source.title)} {_address(source.url)}</li>" for source in sources
    )
    return f"<h4>Sources</h4><ul>{listed}</ul>"


def _address(url: str) -> str:
    shown = escape(url)
    is_link = url.startswith(("https://", "http://"))
    return f'<a href="{shown}" rel="noopener noreferrer">{shown}</a>' if is_link else shown


def _plain(text: str) -> str:
    return f'<div class="plain" dir="auto">{escape(text)}</div>'


def _markdown(text: str) -> str:
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + _LEVELS_ABOVE)}"
        for inner in token.children or ():
            if inner.type == "link_open":
                inner.attrSet("rel", "noopener noreferrer")
    body = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return f'<div dir="auto">{body}</div>'


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()

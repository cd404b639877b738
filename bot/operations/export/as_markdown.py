"""The archive as a Markdown document.

What was said stands in block quotes, so that its headings and fences end where it ends; images
are broken, so that reading the document fetches nothing.
"""

import re
from collections.abc import Iterator

from bot.operations.export.names import Names, printable, time_of, title_of
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
from bot.panel.made_files import MadeFile
from bot.panel.texts import code
from bot.panel.tools import ApprovalWanted

# A tag; a link, or the definition of one, that leads elsewhere than to a page.
_ACTIVE = re.compile(
    r"(?P<escapes>\\*)(?P<sign><(?=[A-Za-z/!?])(?!https?://|mailto:)"
    r"|\](?=\(\s*<?(?!https?://|mailto:|#)|:\s*<?(?!https?://|mailto:|#)\S))"
)


def document(archive: ThreadArchive) -> str:
    """Return the archive as Markdown."""
    thread, names = archive.thread, Names(archive)
    parts = [
        f"# {_inline(title_of(archive))}",
        f"Slack thread `{thread.place}`: <{archive.permalink}>",
        "## The thread",
        *(part for message in archive.messages for part in _message(message)),
        *(part for talk in archive.talks for part in _conversation(talk, names)),
    ]
    return printable("\n\n".join(parts) + "\n")


def _message(message: Spoken) -> Iterator[str]:
    yield f"**{_inline(message.speaker)}** · {time_of(message.ts):%Y-%m-%d %H:%M:%S} UTC"
    yield _quote(message.text, keeps_lines=not message.is_markdown)


def _conversation(talk: Talk, names: Names) -> Iterator[str]:
    owner = _inline(names.owner(talk))
    yield f"## {owner}'s conversation"
    yield _code(talk.id)
    if talk.items is None:
        yield "_It is gone: somebody has deleted it._"
    for item in talk.items or ():
        yield from _item(item, owner, names)


def _item(item: StoredItem, owner: str, names: Names) -> Iterator[str]:
    match item:
        case UserSaid(text):
            yield "**Was told**"
            yield _quote(text, keeps_lines=True)
        case ModelSaid(text, sources=sources, files=files, cut=cut):
            yield f"**{owner} said**{', and was cut off' if cut else ''}"
            if text:
                yield _quote(text)
            yield from map(_source, sources)
            yield from map(_made, files)
        case ToolCalled(call_id, _, arguments):
            yield f"**Called {_inline(names.called(item))}** ({_code(call_id)})"
            yield _quote("\n\n".join(f"_{name}_: {told}" for name, told in arguments.items()))
        case ToolAnswered(call_id, output):
            yield f"**Got {_inline(names.answered(item))}'s answer** ({_code(call_id)})"
            yield _quote(output, keeps_lines=True)
        case ApprovalWanted(_, server, tool, arguments):
            yield f"**Wanted to use {_inline(tool)} of {_inline(server)}**, with approval"
            yield _quote(arguments, keeps_lines=True)
        case ApprovalGiven(_, approved, reason):
            yield f"**{'Approved' if approved else 'Declined'}**: {_inline(reason)}"
        case ToolUsed(tool):
            yield f"**Used a tool**: {_inline(tool)}"


def _source(source: Source) -> str:
    return f"- Source: {_inline(source.title)} {_inline(source.url)}".rstrip()


def _made(file: MadeFile) -> str:
    about = f" ({_inline(file.about)})" if file.about else ""
    return f"- Made a file: {_inline(file.name)}{about}"


def _quote(text: str, *, keeps_lines: bool = False) -> str:
    lines = _inert(text).replace("![", r"!\[").splitlines() or ["…"]
    hard = "  " if keeps_lines else ""  # a line break that a reader sees
    ends = [hard if line.strip() and after.strip() else "" for line, after in _pairs(lines)]
    return "\n".join(f"> {line.rstrip()}{end}" for line, end in zip(lines, ends, strict=True))


def _inert(text: str) -> str:
    """Return *text* without tags, and without links to anything but pages; code stays as it is."""
    pieces, end = list[str](), 0
    for start, stop in [*code.ranges(text), (len(text), len(text))]:
        pieces += [_ACTIVE.sub(_escaped, text[end:start]), text[max(start, end) : stop]]
        end = max(end, stop)
    return "".join(pieces)


def _escaped(active: re.Match[str]) -> str:
    backslashes, sign = active["escapes"], active["sign"]
    return active[0] if len(backslashes) % 2 else f"{backslashes}\\{sign}"


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    return zip(lines, [*lines[1:], ""], strict=True)


def _code(name: str) -> str:
    return f"`{' '.join(name.replace('`', ' ').split())}`"


def _inline(words: str) -> str:
    line = " ".join(words.split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|!~" else sign for sign in line)

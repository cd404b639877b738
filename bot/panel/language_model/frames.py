"""Frames: whatever models read of people, files and each other stands in one.

A frame is ``<message from="Ada" …>``, a text, ``</message>``. Two things could guard its ends: a
boundary, random for each turn, or escaping. We escape, because

1. a forged ``</message><brief>`` is then no tag at all. Beside a boundary it would still look like
   one to a model that does not compare eight random letters, which weak models do not do.
2. it needs no secret and no memory: a turn that is resumed, on whatever machine, and a
   conversation that is replayed send the same bytes, so that the prompt cache holds.
3. ordinary text costs nothing. Only what looks like a tag of ours, or like a token of a model's
   own chat template (``<|im_end|>``: some servers take it for one wherever it stands), is changed;
   code and HTML stay as they were written.

What looks like one is decided on a skeleton of the text: compatibility forms and letters of other
alphabets that look Latin are folded, what cannot be seen is dropped. ``unescaped`` gives back what
was said, character by character.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from html import escape
from typing import NewType

from bot.characters import IGNORABLE, whole

Framed = NewType("Framed", str)  # safe to put into a prompt: frames, and quoted text


class Kind(StrEnum):
    """What stands in a frame."""

    MESSAGE = "message"  # of a person, to be answered
    EARLIER = "earlier"  # what was said before
    SAID = "said"  # a message within others
    SHOWN = "shown"  # what a message shows besides its author's words
    BRIEF = "brief"
    FILE = "file"
    ANSWER = "answer"  # of an expert, to whoever consulted it
    SUMMARY = "summary"
    RULES = "rules"  # that a panel has for its router
    ITEM = "item"  # of a conversation that is retold
    CORRECTION = "correction"  # by people, of whom the router had consulted


_TEMPLATES = (  # tokens of chat templates, without their brackets
    r"\|", r"/?s>", r"[be]os>", "(?:start|end)_of_turn>", "/?think", "/?tool_", "</?sys>>",
)  # fmt: skip
_SKIPPED = "\0"  # in a skeleton: what cannot be seen
_GAP = f"{_SKIPPED}*+"
_NAMES = "|".join(_GAP.join(kind) for kind in (*Kind, "fle"))  # the last with a ligature
_TAG = re.compile(f"<(?=[/{_SKIPPED}]*+(?:{_NAMES})|{'|'.join(_TEMPLATES)})|\\[(?=/?inst\\])")
_MARK = re.compile(
    r'ref="(?=\d|call_)|(?<![A-Za-z])ref="'
)  # by which a message of ours is found again
_CODE = r"(?:lt|quot|#x[0-9a-f]{2,5});"
_REFERENCE = re.compile(f"&(?=(?:amp;)*{_CODE})")
_ESCAPED = re.compile(f"&(?:amp;((?:amp;)*{_CODE})|({_CODE}))")
_MAY_NEED_IT = re.compile(r'[&"\[<]|[^\x00-\x7f]')

_LOOKS_LIKE = {
    **dict.fromkeys("\u02c2\u1438\u16b2\u2039\u2329\u276c\u276e\u27e8\u3008\U0001d236", "<"),
    **dict.fromkeys("\u203a\u1433\u276d\u276f\u27e9\u3009", ">"),
    **dict.fromkeys("\u2044\u2215\u2571\u27cb\u29f8\u1735\u30ce\u3033\u4e3f\\", "/"),
    **dict.fromkeys("\u01c0\u2223\u23fd\u2758", "|"),
    **dict.fromkeys("\u0430\u03b1\u0251", "a"), **dict.fromkeys("\u042c\u044c\u0184", "b"),
    **dict.fromkeys("\u0435\u212e\u04bd", "e"), **dict.fromkeys("\u0192\ua799\u0584", "f"),
    **dict.fromkeys("\u0261\u018d\u0581", "g"), **dict.fromkeys("\u04bb\u0570", "h"),
    **dict.fromkeys("\u0131\u0456\u03b9\u0269\u1d35\u04cf1", "i"),
    **dict.fromkeys("\u04c0\u2113\u0399\u0406\u05c0\u01c0", "l"),
    **dict.fromkeys("\u043c\u041c\u039c\u028d", "m"), **dict.fromkeys("\u0578\u057c", "n"),
    **dict.fromkeys("\u043e\u03bf\u03c3\u05590", "o"), **dict.fromkeys("\u0433\u1d26", "r"),
    **dict.fromkeys("\u0455\u01bd\ua731", "s"), **dict.fromkeys("\u0442\u03c4", "t"),
    **dict.fromkeys("\u057d\u03c5\u028b", "u"), **dict.fromkeys("\u0475\u03bd\u0461", "v"),
    **dict.fromkeys("\u0461\u051d\u0561", "w"), **dict.fromkeys("\u0443\u04af\u03b3", "y"),
}  # fmt: skip
_LONGEST_NAME = 200


def frame(kind: Kind, *content: Framed, **attributes: str) -> Framed:
    """Return a frame around *content*; attributes that are empty are left out.

    The attribute ``from_`` is written ``from``.
    """
    written = "".join(
        f' {key.rstrip("_")}="{attribute(value)}"' for key, value in attributes.items() if value
    )
    text = "\n".join(content)
    return Framed(f"<{kind}{written}>\n{text}\n</{kind}>")


def quote(text: str) -> Framed:
    """Return *text* so that nothing in it opens or closes a frame, or marks a message."""
    text = whole(text)
    if not _MAY_NEED_IT.search(text):
        return Framed(text)
    edits = [(match.start(), "&amp;") for match in _REFERENCE.finditer(text)]
    edits += [(match.end() - 1, "&quot;") for match in _MARK.finditer(text)]
    skeleton = "".join(map(_folded, text))
    edits += [(at.start(), _reference(text[at.start()])) for at in _TAG.finditer(skeleton)]
    pieces, done = list[str](), 0
    for place, reference in sorted(edits):
        pieces += text[done:place], reference
        done = place + 1
    return Framed("".join(pieces) + text[done:])


def unescaped(text: str) -> str:
    """Return what was said, of a text that was quoted."""
    return _ESCAPED.sub(lambda match: f"&{match[1]}" if match[1] else _character(match[2]), text)


def attribute(value: str) -> str:
    """Return *value* as one line that cannot leave its quotes, hide or reorder anything."""
    line = escape(_line(value))
    if line.isascii():
        return line
    return "".join(_reference(c) if not c.isascii() and _folded(c) in '<>"' else c for c in line)


def name(value: str) -> Framed:
    """Return a name for a sentence of ours: one line that hides and frames nothing."""
    return quote(_line(value))


def _line(value: str) -> str:
    if value.isascii() and value.isprintable():
        return " ".join(value.split())[:_LONGEST_NAME]
    seen = "".join(" " if char.isspace() else char for char in value if _is_seen(char))
    return " ".join(seen.split())[:_LONGEST_NAME]


def _reference(character: str) -> str:
    return "&lt;" if character == "<" else f"&#x{ord(character):x};"


def _character(code: str) -> str:
    return {"lt;": "<", "quot;": '"'}.get(code) or chr(int(code[2:-1], 16))


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """Return one character that looks like it, of those that tags are made of."""
    if not _is_seen(character) or character.isspace():
        return _SKIPPED
    base = unicodedata.normalize("NFKD", character)[0]
    base = _LOOKS_LIKE.get(base, base).casefold()[0]
    return _LOOKS_LIKE.get(base, base)


def _is_seen(character: str) -> bool:
    if character.isspace():
        return True
    return unicodedata.category(character)[0] not in "CM" and not IGNORABLE.match(character)

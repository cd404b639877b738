"""What people approve, written so that they see all of it.

1. Nothing is left out, and nothing can be read as something else: characters that are invisible,
   change the direction or end a code block stand as ⟨U+202E⟩, and so do the brackets themselves.
2. Names are shown in ASCII: whatever else is in them, too, stands so.
3. Strings are shown with their escapes undone, all else as the model wrote it: each pair of an
   object, also if a name is there twice, and each digit of a number.
4. Long lines go on behind a bar, and nothing is to the right of what people see.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from bot.characters import IGNORABLE
from bot.language import gettext
from bot.panel.tools import ApprovalWanted

LONGEST = 200_000  # characters that somebody could still read
_WIDTH = 100
_GOES_ON = "│ "

_HIDING = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})  # Unicode's categories
_BRACKETS = "⟨⟩"  # ours
_MARKS = frozenset({"Mn", "Me"})
_MOST_MARKS = 2  # on one letter; more of them hide what is around it
_LOOK_LIKE_LATIN = (
    "ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "FULLWIDTH", "GREEK", "LISU", "MATHEMATICAL",
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z]")
_NOT_IN_NAMES = re.compile(r"[^ -~]|[`&<>]")
_PLAIN_NAME = re.compile(r"[\w.-]+", re.ASCII)
_LEAVES_CODE = re.compile(r"`{3,}|&(?=#?\w{1,32};)")
_LINE_END = re.compile(r"((?:\\n)+)(?!\"$)|\\.")
_PIECE = re.compile(rf"(?:⟨[^⟩]*⟩|.){{1,{_WIDTH}}}")


class _Literal(str):
    """A number as it was written."""

    __slots__ = ()


def digest(wanted: Iterable[ApprovalWanted]) -> str:
    """Return the SHA-256 of what is to be done, byte for byte, in hexadecimal digits."""
    uses = [[one.request, one.server, one.tool, one.arguments] for one in wanted]
    return hashlib.sha256(json.dumps(uses).encode()).hexdigest()


def name(text: str) -> str:
    """Return the name of a server or tool as people see it, as code."""
    return f"`{_revealed_name(text) or ' '}`"


def arguments(text: str) -> str:
    """Return the *text* of a tool's arguments, one a line, for a code block."""
    try:
        lines = [_argument(key, value) for key, value in _read(text)] if text.strip() else []
    except (ValueError, TypeError, RecursionError):
        lines = [_revealed(text)]
    return "\n".join(map(_wrapped, lines)) or gettext("(nothing)")


def _argument(key: str, value: Any) -> str:
    shown_key = key if _PLAIN_NAME.fullmatch(key) else _revealed_name(_quoted(key))
    return f"{shown_key}: {_LINE_END.sub(_line_end, _revealed(_written(value)))}"


def _read(text: str) -> Sequence[tuple[str, Any]]:
    """Return the pairs of the object *text*. Raises TypeError or ValueError if it is none."""
    parsed = json.loads(
        text,
        object_pairs_hook=tuple,
        parse_int=_Literal,
        parse_float=_Literal,
        parse_constant=_Literal,
    )
    if not isinstance(parsed, tuple):
        raise TypeError("no object")
    return parsed


def _written(value: Any) -> str:
    match value:
        case _Literal():
            return str(value)
        case list():
            return f"[{', '.join(map(_written, value))}]"
        case tuple():
            pairs = (f"{_quoted(key)}: {_written(inner)}" for key, inner in value)
            return f"{{{', '.join(pairs)}}}"
        case _:
            return _quoted(value)


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _line_end(match: re.Match[str]) -> str:
    return f"{match[1]}\n" if match[1] else match[0]


def _wrapped(text: str) -> str:
    pieces = [piece for line in text.split("\n") for piece in _PIECE.findall(line) or [""]]
    return f"\n{_GOES_ON}".join(pieces)


def _revealed(text: str) -> str:
    """Return *text* with what people could not see, or would take for something else."""
    kept = text.translate({ord(char): _code_point(char) for char in {*text} if _hides(char)})
    kept = _LEAVES_CODE.sub(lambda match: "".join(map(_code_point, match[0])), kept)
    if not kept.isascii():
        kept = _WORD.sub(_unmixed, _unstacked(kept))
    return kept


def _revealed_name(text: str) -> str:
    return _NOT_IN_NAMES.sub(lambda match: _code_point(match[0]), text)


def _hides(char: str) -> bool:
    if char in " \n":
        return False
    if unicodedata.category(char) in _HIDING or char in _BRACKETS:
        return True
    return bool(IGNORABLE.match(char))


def _unstacked(text: str) -> str:
    if not any(unicodedata.category(char) in _MARKS for char in {*text}):
        return text
    marks, kept = 0, []
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in _MARKS else 0
        kept.append(_code_point(char) if marks > _MOST_MARKS else char)
    return "".join(kept)


def _unmixed(word: re.Match[str]) -> str:
    """Return a word in Latin letters with those of other scripts that look like them revealed."""
    if word[0].isascii() or not _LATIN.search(word[0]):
        return word[0]
    return "".join(
        _code_point(char) if unicodedata.name(char, "").startswith(_LOOK_LIKE_LATIN) else char
        for char in word[0]
    )


def _code_point(char: str) -> str:
    return f"⟨U+{ord(char):04X}⟩"

"""Emphasis that CommonMark does not see, although people do: `**注意：**次`.

CommonMark closes no emphasis between a punctuation mark and a letter, which languages without
spaces have there all the time. A hair space outside the marks makes it emphasis to every parser.
"""  # noqa: RUF002 - CJK

import unicodedata
from collections.abc import Iterable, Iterator

from bot.adapters.slack.markdown.edits import Edit
from bot.adapters.slack.markdown.inline_parts import Element, Part
from bot.panel.texts.blocks import Scope

_HAIR_SPACE = "\u200a"
_MARKS = ("*", "**", "***", "~~")
_LONGEST = 500  # characters of what is emphasised


def emphasis_edits(text: str, parts: Iterable[Part]) -> Iterator[Edit]:
    """Yield the spaces that the emphasis in *text* needs."""
    opened: dict[str, Part] = {}
    scope = None
    for part in parts:
        if part.element is not Element.DELIMITERS:
            continue
        if part.scope != scope:
            opened, scope = {}, part.scope
        mark = text[part.start : part.stop]
        if mark not in _MARKS:
            continue
        before, after = neighbours(text, part.scope, part.start, part.stop)
        opening = opened.pop(mark, None)
        if opening and not before.isspace():
            yield from _spaces(text, opening, part)
        elif not after.isspace():
            opened[mark] = part


def neighbours(text: str, scope: Scope, start: int, stop: int) -> tuple[str, str]:
    """Return the characters before and after a range; a space at the borders of the scope."""
    before = text[start - 1] if start > scope.start else " "
    after = text[stop] if stop < scope.stop else " "
    return before, after


def is_seen(outside: str, inside: str) -> bool:
    """Whether CommonMark sees the marks between two characters, of which one is emphasised."""
    return not (_is_punctuation(inside) and _is_letter(outside))


def is_foreign(*characters: str) -> bool:
    """Whether one of them is neither ASCII nor what stands for ASCII in neutral text."""
    return not all(character.isascii() or character == "\uff20" for character in characters)


def _spaces(text: str, opening: Part, closing: Part) -> Iterator[Edit]:
    before, first = neighbours(text, opening.scope, opening.start, opening.stop)
    last, after = neighbours(text, closing.scope, closing.start, closing.stop)
    opens, closes = is_seen(before, first), is_seen(after, last)
    if closing.start - opening.stop > _LONGEST:
        return
    if not (opens or is_foreign(before, first)):  # 2**(3)**4
        return
    if not (closes or is_foreign(last, after)) and _is_letter(before):
        return
    if not opens:
        yield Edit(opening.start, opening.start, _HAIR_SPACE)
    if not closes:
        yield Edit(closing.stop, closing.stop, _HAIR_SPACE)


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _is_letter(character: str) -> bool:
    return not (character.isspace() or _is_punctuation(character))

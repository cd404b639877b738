"""Whom a message names: experts to be asked and experts not to be, by name, title or role."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from bot.json_types import Json
from bot.playground.openai.languages import CHINESE, JAPANESE, WESTERN
from bot.playground.openai.rule_model.prompt_reading import short_name, title_of, topic_of
from bot.playground.openai.vocabulary import ROLE, Word, phrases, words_of
from bot.playground.openai.words import field_share

_QUOTED = re.compile(
    r"```.*?```|`[^`\n]+`|^\s*(?:>|&gt;).*$"
    r"|“[^”\n]+”|„[^“”\n]+[“”]|«[^»\n]+»|「[^」\n]+」|『[^』\n]+』|(?<!\w)\"[^\"\n]+\"(?!\w)",
    re.DOTALL | re.MULTILINE,
)
_LONGEST = 1_000  # characters in which names are looked for
# Names are replaced by numbers between marks, so that patterns see them.
_NAME = "\ue000(\\d+)\ue001"
_SMALL = r"[\s,]+(?:\w{1,5}[\s,]+){0,3}"  # articles, “and”
_NAMES = (
    rf"(?:{_NAME}(?:[\s,、&@]|and|or|nor|und|oder|y|o|e|ou|et|と|和|the|our|die|la|le|a|à|au)*)+"
)
_GREETING = r"^\W*(?:[^\W\d_]+\W+){0,3}?"
_CALLING = r"\s*(?:[:,、]|please\b|bitte\b|por favor\b|さん|请)"
_ENDS = r"(?=\W*$|\s*[.,:;!?]|\s+\w{1,5}\b)"  # no noun follows, as in “the sales numbers”


@dataclass(frozen=True, slots=True)
class Addressed:
    """What a message says about whom to ask, and the rest of it."""

    question: str
    asked: Sequence[Json]
    unwanted: Sequence[Json]


def unquoted(text: str) -> str:
    """Return *text* without what it quotes, if anything else is said, and in letters as usual."""
    rest = _QUOTED.sub(" ", text)
    said = rest if any(not word.function for word in words_of(rest)) else text
    return unicodedata.normalize("NFKC", said)


def addressed(text: str, tools: Sequence[Json]) -> Addressed:
    """Return whom *text* wants asked, and not asked, of *tools*."""
    said = unquoted(text)
    named = _named(said[:_LONGEST], tools)
    marked, end = "", 0
    for number, (start, stop, _) in enumerate(named):
        marked, end = f"{marked}{said[end:start]}\ue000{number}\ue001", stop
    marked += said[end:_LONGEST]
    unwanted = _numbers(_unwanted(), marked)
    wanted = _numbers(_wanted(), marked) - unwanted
    rest = re.sub(_NAME, lambda found: _restored(said, named, int(found[1]), unwanted), marked)
    avoided = _tools(named, unwanted)
    asked = [tool for tool in _tools(named, wanted) if tool not in avoided]
    return Addressed(rest + said[_LONGEST:], tools if _to_everyone(said) else asked, avoided)


_Named = tuple[int, int, Sequence[Json]]  # from where to where in a text, and who is named


def _named(text: str, tools: Sequence[Json]) -> list[_Named]:
    folded, found = text.casefold(), list[_Named]()
    for tool in tools:
        for name in {short_name(tool["name"]).casefold(), title_of(tool).casefold()}:
            pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
            places = re.finditer(pattern, folded) if name in folded else ()
            found += [(place.start(), place.end(), [tool]) for place in places]
    for word in words_of(text):
        if known := [tool for tool in tools if _has_role(tool, word)]:
            found.append((word.start, word.start + len(word.text), known))
    found.sort(key=lambda one: (one[0], -one[1], len(one[2])))
    kept: list[_Named] = []
    for one in found:
        if not kept or one[0] >= kept[-1][1]:
            kept.append(one)
    return kept


def _has_role(tool: Json, word: Word) -> bool:
    roles = (one.removeprefix(ROLE) for one in word.subjects if one.startswith(ROLE))
    return any(field_share(topic_of(tool), role) == 1 for role in roles)


def _numbers(patterns: Iterable[re.Pattern[str]], marked: str) -> set[int]:
    matches = (found[0] for pattern in patterns for found in pattern.finditer(marked))
    return {int(number) for match in matches for number in re.findall(_NAME, match)}


def _tools(named: Sequence[_Named], numbers: set[int]) -> list[Json]:
    found = [tool for number in sorted(numbers) for tool in named[number][2]]
    return list({tool["name"]: tool for tool in found}.values())


def _restored(text: str, named: Sequence[_Named], number: int, unwanted: set[int]) -> str:
    start, end, _ = named[number]
    return " " if number in unwanted else text[start:end]


@cache
def _wanted() -> Sequence[re.Pattern[str]]:
    """Return how one calls somebody, or has somebody asked: “SRE, …”, “ask the …”."""
    said = (rf"{_GREETING}{_NAMES}(?={_CALLING})", rf"{_any('asking')}{_SMALL}{_NAMES}{_ENDS}")
    return [re.compile(one, re.IGNORECASE) for one in said]


@cache
def _unwanted() -> Sequence[re.Pattern[str]]:
    """Return how one says who is not to be asked: “do not ask the …”, or “not …” first of all."""
    asked, not_ = rf"(?:{_any('asking')}|{_any('needing')})", _any("negation")
    after, before = (
        "|".join(map(re.escape, phrases("function", "negation", language)))
        for language in (JAPANESE, CHINESE)
    )
    said = (
        rf"(?<!why ){not_}{_SMALL}{asked}{_SMALL}{_NAMES}",
        rf"{asked}{_SMALL}{not_}{_SMALL}{_NAMES}",  # as Germans say it
        rf"(?:^|[.:;!?。])\W*(?:\w+ )?(?<!why ){not_}\s+{_NAMES}",
        rf"{_NAME}\s*(?:{after})",
        rf"(?:{before})\s*{_NAMES}",
    )
    return [re.compile(one, re.IGNORECASE) for one in said]


def _any(name: str) -> str:
    said = {part for language in WESTERN for part in phrases("function", name, language)}
    longest_first = sorted(said, key=lambda part: (-len(part), part))
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"


def _to_everyone(text: str) -> bool:
    start, colon, rest = text.partition(":")
    languages = (*WESTERN, JAPANESE, CHINESE)
    said = {part for one in languages for part in phrases("function", "everyone", one)}
    return bool(colon and rest.strip()) and start.strip(" @").casefold() in said

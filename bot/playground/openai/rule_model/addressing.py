"""Whom a message names: experts to be asked and experts not to be, by name, title or role."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.json_types import Json
from bot.playground.openai.languages import WESTERN
from bot.playground.openai.rule_model.prompt_reading import short_name, title_of, topic_of
from bot.playground.openai.vocabulary import ROLE, Word, phrases, words_of
from bot.playground.openai.words import field_share

_QUOTED = re.compile(
    r"```.*?```|`[^`\n]+`|^\s*(?:>|&gt;).*$"
    r"|“[^”\n]+”|„[^“”\n]+[“”]|«[^»\n]+»|「[^」\n]+」|『[^』\n]+』|(?<!\w)\"[^\"\n]+\"(?!\w)",
    re.DOTALL | re.MULTILINE,
)
_CALLS = re.compile(r"\s*(?:[:,、]|please\b|bitte\b|por favor\b|さん|请)", re.IGNORECASE)
_AND = re.compile(
    r"[\s,、&@]*(?:and|und|y|e|et|と|和)?[\s@]*(?:the|our|die|el|la|le|o|a)?\s*", re.IGNORECASE
)
_CLAUSE_START = re.compile(r".*[.:;!?。]", re.DOTALL)
_SMALL = r"(?:[\s,]+\w{1,5})*[\s,]+"  # articles, “and”
_MOST_BEFORE = 3  # words of a greeting before a name
_LONGEST = 1_000  # characters in which names are looked for
_NEAR = 100  # characters before and after a name that tell whether it is to be asked


@dataclass(frozen=True, slots=True)
class Addressed:
    """What a message says about whom to ask, and the rest of it."""

    question: str
    asked: Sequence[Json] = ()
    unwanted: Sequence[Json] = ()
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    tools: Sequence[Json]


def unquoted(text: str) -> str:
    """Return *text* without what it quotes, if anything else is said, and in letters as usual."""
    rest = _QUOTED.sub(" ", text)
    said = rest if any(not word.function for word in words_of(rest)) else text
    return unicodedata.normalize("NFKC", said)


def addressed(text: str, tools: Sequence[Json]) -> Addressed:
    """Return whom *text* wants asked, and not asked, of *tools*."""
    said = unquoted(text)
    mentions = _mentions(said[:_LONGEST], tools)
    around = [(one, _before(said, one, mentions), said[one.end :][:_NEAR]) for one in mentions]
    unwanted = [one for one, before, after in around if _is_unwanted(before, after)]
    wanted = [one for one in mentions if one not in unwanted]
    asked = _called(said, wanted) or [
        one for one, before, after in around if one in wanted and _is_asked_for(before, after)
    ]
    avoided = _distinct([tool for one in unwanted for tool in one.tools])
    rest = said
    for one in reversed(unwanted):
        rest = f"{rest[: one.start]} {rest[one.end :]}"
    return Addressed(
        rest,
        _distinct([tool for one in asked for tool in one.tools if tool not in avoided]),
        avoided,
        _to_everyone(said),
    )


def _mentions(text: str, tools: Sequence[Json]) -> list[_Mention]:
    folded, found = text.casefold(), []
    for tool in tools:
        for name in {short_name(tool["name"]).casefold(), title_of(tool).casefold()}:
            found += [_Mention(start, start + len(name), [tool]) for start in _places(name, folded)]
    for word in words_of(text):
        known = [tool for tool in tools if _has_role(tool, word)]
        if known:
            found.append(_Mention(word.start, word.start + len(word.text), known))
    found.sort(key=lambda one: (one.start, -one.end, len(one.tools)))
    kept: list[_Mention] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _places(name: str, text: str) -> list[int]:
    if name not in text:
        return []
    return [found.start() for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]


def _before(text: str, mention: _Mention, mentions: Sequence[_Mention]) -> str:
    """Return what is said before *mention*, without those named earlier."""
    before, end = "", 0
    for one in mentions[: mentions.index(mention)]:
        before, end = f"{before}{text[end : one.start]}", one.end
    return (before + text[end : mention.start])[-_NEAR:]


def _has_role(tool: Json, word: Word) -> bool:
    roles = (one.removeprefix(ROLE) for one in word.subjects if one.startswith(ROLE))
    return any(field_share(topic_of(tool), role) == 1 for role in roles)


def _called(text: str, mentions: Sequence[_Mention]) -> list[_Mention]:
    """Return the mentions that *text* begins with, as one calls somebody."""
    if not mentions:
        return []
    before = words_of(text[: mentions[0].start])
    if len(before) > _MOST_BEFORE or not all(word.function or word.subjects for word in before):
        return []
    chain = [mentions[0]]
    for one in mentions[1:]:
        if not _AND.fullmatch(text[chain[-1].end : one.start]):
            break
        chain.append(one)
    return chain if _CALLS.match(text, chain[-1].end) else []


def _is_unwanted(before: str, after: str) -> bool:
    if after.lstrip().startswith(phrases("function", "negation", "ja")):
        return True
    if before.rstrip().endswith(phrases("function", "negation", "zh")):
        return True
    clause = re.sub(_any("why_not"), "", _CLAUSE_START.sub("", before), flags=re.IGNORECASE)
    return any(pattern.search(clause) for pattern in _negations())


def _is_asked_for(before: str, after: str) -> bool:
    said = words_of(re.split(r"[.,:;!?]", after)[0])
    return (not said or said[0].function) and bool(_requests().search(before))


@cache
def _requests() -> re.Pattern[str]:
    """Return what is before those who are to be asked: “ask the”, “someone from”."""
    return re.compile(rf"{_any('asking')}{_SMALL}$", re.IGNORECASE)


@cache
def _negations() -> Sequence[re.Pattern[str]]:
    """Return what is before those who are not to be asked: “do not ask the”, or “not” alone."""
    asked = rf"(?:{_any('asking')}|{_any('needing')})"
    not_ = _any("negation")
    said = (
        rf"{not_}{_SMALL}{asked}{_SMALL}$",
        rf"{asked}{_SMALL}{not_}{_SMALL}$",  # as Germans say it
        rf"^\W*(?:\w+ )?{not_}\s+$",
    )
    return [re.compile(one, re.IGNORECASE) for one in said]


def _any(name: str) -> str:
    said = {part for language in WESTERN for part in phrases("function", name, language)}
    longest_first = sorted(said, key=lambda part: (-len(part), part))
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"


def _to_everyone(text: str) -> bool:
    start, colon, rest = text.partition(":")
    said = {part for one in (*WESTERN, "ja", "zh") for part in phrases("function", "everyone", one)}
    return bool(colon and rest.strip()) and start.strip(" @").casefold() in said


def _distinct(tools: Sequence[Json]) -> list[Json]:
    return list({tool["name"]: tool for tool in tools}.values())

"""The words that the rule model knows, and finding them in texts, with endings and typos.

They stand in ``vocabulary.toml``: a *subject* is ``field.name``, such as ``legal.contracts``.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from bot.playground.openai.languages import (
    ENGLISH,
    SPACED,
    UNSPACED,
    WESTERN,
    abbreviates,
    likely,
    plain,
    stem,
)

TALK, ROLE = "talk.", "role."  # groups of subjects that are no fields

_NO_FIELDS = {"function", "neighbours"}
_EXACT = "="  # begins words that count in this form only
_WEAK, _LIKE = 0.4, 0.9  # of what a word counts; and one that is like it
_LONGEST_PHRASE = 8  # words
_LONGEST_UNSPACED = 12  # characters
_LONGEST_WORD = 80  # letters: what is longer is none
_SHORTEST_PART, _SHORTEST_START, _LONGEST_REST = 4, 6, 4  # letters of a compound, a derived word
_SHORTEST_MISSPELT = 5
_LONGEST_FORGIVEN = 600  # characters of a text in which typos are looked for
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

Subjects = Mapping[str, float]  # how much a word stands for each


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase of a text, and the subjects it stands for, if it is known."""

    text: str
    stem: str
    start: int
    subjects: Subjects = field(default_factory=dict)
    function: bool = False  # says nothing by itself


def language_of(text: str) -> str:
    """Return the language of *text*; English if nothing tells."""
    return languages_of(text)[0]


@lru_cache(maxsize=2048)
def languages_of(text: str) -> tuple[str, ...]:
    """Return the languages that *text* may be in, the likeliest first."""
    languages = likely(text, function_words())
    if len(languages) == 1 or UNSPACED.search(text):
        return languages
    words = SPACED.findall(text)
    known = {one: sum(_begins(word, one) for word in words) for one in languages}
    return tuple(one for one in languages if known[one] == max(known.values()))


@lru_cache(maxsize=2048)
def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of *text* in their order, phrases as one."""
    languages = languages_of(text)
    found = [*_unspaced(text, languages), *_spaced(text, languages)]
    return tuple(sorted(found, key=lambda word: word.start))


@cache
def function_words() -> Mapping[str, frozenset[str]]:
    """Return the words without which no sentence is made, by language: ours, and foreign ones."""
    languages = _read()["function"]["words"]
    listed = {language: " ".join(phrases("function", "words", language)) for language in languages}
    return {language: frozenset(SPACED.findall(words)) for language, words in listed.items()}


@cache
def phrases(group: str, name: str, language: str) -> tuple[str, ...]:
    """Return what the file lists under *group* and *name* in *language*."""
    return tuple(_split(_read()[group][name].get(language, "")))


@cache
def neighbours(field: str) -> tuple[str, ...]:
    """Return the fields whose experts know most of *field*, the nearest first."""
    return tuple(_split(_read()["neighbours"].get(field, "")))


def _spaced(text: str, languages: Sequence[str]) -> Iterator[Word]:
    spoken = tuple(dict.fromkeys([*(one for one in languages if one in WESTERN), ENGLISH]))
    found = list(SPACED.finditer(text))
    place = 0
    while place < len(found):
        first = found[place]
        ahead = [match[0] for match in found[place : place + _LONGEST_PHRASE]]
        length, subjects = _phrase(ahead, spoken)
        if length:
            said = text[first.start() : found[place + length - 1].end()]
            yield Word(said, stem(first[0], spoken[0]), first.start(), subjects)
        else:
            yield _single(first, spoken)
        place += length or 1


def _phrase(words: Sequence[str], languages: Sequence[str]) -> tuple[int, Subjects]:
    """Return how many of *words* begin them as a phrase, and its subjects."""
    for language in languages:
        longest = _phrase_starts(language).get(stem(words[0], language), 0)
        stems = tuple(stem(word, language) for word in words[:longest])
        for length in range(len(stems), 1, -1):
            if subjects := _index(language).get(stems[:length]):
                return length, subjects
    return 0, {}


def _single(match: re.Match[str], languages: tuple[str, ...]) -> Word:
    word, key = match[0], stem(match[0], languages[0])
    exact = next((said for one in languages if (said := _exact(word, one))), {})
    listed = any(word.casefold() in function_words()[language] for language in languages)
    if listed and not abbreviates(word, match.string):
        talk = {subject: weight for subject, weight in exact.items() if subject.startswith(TALK)}
        return Word(word, key, match.start(), talk, function=True)
    known = _known(word, languages, len(match.string) <= _LONGEST_FORGIVEN)
    return Word(word, key, match.start(), {**known, **exact})


def _exact(word: str, language: str) -> Subjects:
    return _index(language).get((_EXACT + plain(word),), {})


@lru_cache(maxsize=20_000)
def _known(word: str, languages: tuple[str, ...], forgiving: bool) -> Subjects:
    for language in languages:
        if found := _index(language).get((stem(word, language),)):
            return found
    if any(_exact(word, language) for language in languages):
        return {}
    for language in languages:
        parts = (stem(part, language) for part in _parts(plain(word), language))
        typos = _misspellings(stem(word, language)) if forgiving else ()
        for like in (*parts, *typos):
            known = _index(language).get((like,), {})
            if near := {one: _LIKE * much for one, much in known.items() if TALK not in one}:
                return near
    return {}


def _parts(word: str, language: str) -> Iterator[str]:
    """Yield what *word* may be made of: the end of a compound, or what it begins with."""
    if len(word) > _LONGEST_WORD:
        return
    german = language == "de"
    for place in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1) if german else ():
        yield word[place:]
    least = _SHORTEST_PART if german else max(_SHORTEST_START, len(word) - _LONGEST_REST)
    for length in range(len(word) - 1, least - 1, -1):
        yield word[:length]


def _misspellings(word: str) -> Iterator[str]:
    """Yield words of which *word* may be a typo: letters swapped, missing or too many.

    A wrong letter, or a difference at the ends, is another word more often than a typo.
    """
    if len(word) < _SHORTEST_MISSPELT or not (word.isascii() and word.isalpha()):
        return
    for place in range(1, len(word)):
        before, after = word[:place], word[place:]
        yield from (before + letter + after for letter in _LETTERS)
        if after[1:]:
            yield before + after[1:]
            yield before + after[1] + after[0] + after[2:]


def _unspaced(text: str, languages: Sequence[str]) -> Iterator[Word]:
    for run in UNSPACED.finditer(text):
        place = run.start()
        while place < run.end():
            ahead = text[place : min(run.end(), place + _LONGEST_UNSPACED)]
            said, known = _longest(ahead, languages)
            if known:
                yield Word(said, said, place, known)
            place += len(said)


def _longest(text: str, languages: Sequence[str]) -> tuple[str, Subjects]:
    for length in range(len(text), 0, -1):
        for language in languages:
            if known := _index(language).get((text[:length],)):
                return text[:length], known
    return text[:1], {}


def _begins(word: str, language: str) -> bool:
    """Whether *word* is known in *language*, or begins a phrase."""
    key = stem(word, language)
    known = (key,) in _index(language) or key in _phrase_starts(language)
    return known or bool(_exact(word, language))


@cache
def _phrase_starts(language: str) -> Mapping[str, int]:
    """Return the stems that phrases begin with, and how many words the longest has."""
    longest: dict[str, int] = {}
    for stems in _index(language):
        if len(stems) > 1:
            longest[stems[0]] = max(len(stems), longest.get(stems[0], 0))
    return longest


@cache
def _index(language: str) -> Mapping[tuple[str, ...], Subjects]:
    """Return the subjects of each word and phrase of *language*, by stems."""
    index: dict[tuple[str, ...], dict[str, float]] = {}
    for group in _read().keys() - _NO_FIELDS:
        for name, listed in _read()[group].items():
            for said in _split(listed.get(language, "")):
                key = _key(said.lstrip("~"), language, exact=TALK.startswith(group))
                known = index.setdefault(key, {})
                known[f"{group}.{name}"] = _WEAK if said.startswith("~") else 1.0
    return index


def _key(said: str, language: str, *, exact: bool) -> tuple[str, ...]:
    parts = SPACED.findall(said)
    if UNSPACED.search(said):
        return (said,)
    if said.startswith(_EXACT) or (exact and len(parts) == 1):
        return (_EXACT + plain(said.removeprefix(_EXACT)),)
    return tuple(stem(part, language) for part in parts)


def _split(listed: str) -> Iterator[str]:
    return filter(None, (" ".join(said.split()) for said in listed.split(",")))


@cache
def _read() -> Mapping[str, Mapping[str, Any]]:
    text = (files("bot.playground.openai") / "vocabulary.toml").read_text("utf-8")
    return tomllib.loads(text)

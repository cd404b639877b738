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
    CHINESE,
    ENGLISH,
    JAPANESE,
    SPACED,
    UNSPACED,
    WESTERN,
    abbreviates,
    likely,
    plain,
    stem,
)

TALK, ROLE = "talk.", "role."  # groups of subjects that are no fields

_FILE = "vocabulary.toml"
_NO_FIELDS = {"function", "neighbours"}
_EXACT = "="  # begins words that count in this form only
_WEAK, _DERIVED, _MISSPELT = 0.4, 0.9, 0.9
_SHORTEST_PART = 4  # of a German compound
_SHORTEST_PREFIX = 6
_LONGEST_REST = 4
_SHORTEST_MISSPELT = 5
_LONGEST_FORGIVEN = 600  # characters of a text in which typos are looked for
_LONG = 9  # letters: two may be wrong

Subjects = Mapping[str, float]  # how much a word stands for each


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase of a text, and the subjects it stands for, if it is known."""

    text: str
    stem: str
    start: int
    subjects: Subjects = field(default_factory=dict)
    function: bool = False  # says nothing by itself


@dataclass(frozen=True, slots=True)
class _Index:
    words: dict[str, dict[str, float]] = field(default_factory=dict)
    phrases: dict[str, dict[tuple[str, ...], dict[str, float]]] = field(default_factory=dict)

    def add(self, stems: tuple[str, ...], subject: str, weight: float) -> None:
        """Remember a word or phrase of *subject*."""
        if len(stems) == 1:
            known = self.words.setdefault(stems[0], {})
        else:
            known = self.phrases.setdefault(stems[0], {}).setdefault(stems, {})
        known[subject] = max(weight, known.get(subject, 0.0))

    def knows(self, word: str, language: str) -> bool:
        """Whether *word* is known, or begins a phrase."""
        key = stem(word, language)
        return key in self.words or _EXACT + plain(word) in self.words or key in self.phrases

    def phrase(self, stems: Sequence[str]) -> tuple[int, Subjects]:
        """Return the length of the longest phrase that *stems* begin with, and its subjects."""
        known = self.phrases.get(stems[0], {})
        fitting = [one for one in known if tuple(stems[: len(one)]) == one]
        longest = max(fitting, key=len, default=())
        return len(longest), known.get(longest, {})


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
    known = {one: sum(_index(one).knows(word, one) for word in words) for one in languages}
    most = max(known.values())
    return tuple(one for one in languages if known[one] == most)


@lru_cache(maxsize=2048)
def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of *text* in their order, phrases as one."""
    languages = languages_of(text)
    found = [*_unspaced(text, languages), *_spaced(text, languages)]
    return tuple(sorted(found, key=lambda word: word.start))


@cache
def function_words() -> Mapping[str, frozenset[str]]:
    """Return the words without which no sentence is made, by language."""
    listed = _read()["function"]["words"]
    return {
        language: frozenset(
            part for word in _split(listed[language]) for part in SPACED.findall(word)
        )
        for language in WESTERN
    }


@cache
def neighbours(field: str) -> tuple[str, ...]:
    """Return the fields whose experts know most of *field*, the nearest first."""
    return tuple(_split(_read()["neighbours"].get(field, "")))


def phrases(group: str, name: str, language: str) -> tuple[str, ...]:
    """Return what the file lists under *group* and *name* in *language*."""
    return tuple(_split(_read()[group][name].get(language, "")))


def _spaced(text: str, languages: Sequence[str]) -> Iterator[Word]:
    spoken = tuple(dict.fromkeys([*(one for one in languages if one in WESTERN), ENGLISH]))
    matches = list(SPACED.finditer(text))
    place = 0
    while place < len(matches):
        length, subjects = _phrase_at([match[0] for match in matches[place : place + 8]], spoken)
        first, last = matches[place], matches[place + max(length, 1) - 1]
        if length:
            key = stem(first[0], spoken[0])
            yield Word(text[first.start() : last.end()], key, first.start(), subjects)
        else:
            yield _single(first, spoken)
        place += max(length, 1)


def _phrase_at(words: Sequence[str], languages: Sequence[str]) -> tuple[int, Subjects]:
    found = [_index(one).phrase([stem(word, one) for word in words]) for one in languages]
    return max(found, key=lambda one: one[0])


def _single(match: re.Match[str], languages: Sequence[str]) -> Word:
    word, start = match[0], match.start()
    key, exact = stem(word, languages[0]), _EXACT + plain(word)
    talk = next((said for one in languages if (said := _index(one).words.get(exact))), {})
    listed = any(word.casefold() in function_words()[language] for language in languages)
    if listed and not abbreviates(word, match.string):
        return Word(word, key, start, talk, function=True)
    known = _looked_up(word, tuple(languages), len(match.string) <= _LONGEST_FORGIVEN)
    return Word(word, key, start, {**known, **talk})


@lru_cache(maxsize=20_000)
def _looked_up(word: str, languages: tuple[str, ...], forgiving: bool) -> Subjects:
    for exact in (True, False):
        for language in languages:
            known = _index(language).words
            key = stem(word, language)
            if found := known.get(key, {}) if exact else _derived(word, language):
                return found
    for language in languages if forgiving else ():
        if found := _misspelt(stem(word, language), language):
            return found
    return {}


def _derived(word: str, language: str) -> Subjects:
    """Return what the parts of a compound stand for, or a known word that *word* begins with."""
    whole = plain(word)
    if language == "de" and (found := _of_compound(whole)):
        return _weakened(found, _DERIVED)
    known = _index(language).words
    least = max(_SHORTEST_PREFIX, len(whole) - _LONGEST_REST)
    for length in range(len(whole) - 1, least - 1, -1):
        if begun := known.get(stem(whole[:length], language)):
            return _weakened(begun, _DERIVED)
    return {}


def _of_compound(word: str) -> Subjects:
    known = _index("de").words
    places = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    for place in places:
        if tail := known.get(stem(word[place:], "de")):
            return {**known.get(stem(word[:place], "de"), {}), **tail}
    heads = (known.get(stem(word[:place], "de"), {}) for place in reversed(places))
    return next(filter(None, heads), {})


def _misspelt(key: str, language: str) -> Subjects:
    if len(key) < _SHORTEST_MISSPELT or not key.isalpha():
        return {}
    most = 2 if len(key) >= _LONG else 1
    known = _index(language).words
    near = [
        (_edits(key, one), one)
        for one in known
        if len(one) >= _SHORTEST_MISSPELT
        and one[0] == key[0]
        and abs(len(one) - len(key)) <= most
        and not one.startswith(key)
        and not key.startswith(one)
    ]
    edits, best = min(near, default=(most + 1, ""))
    return _weakened(known[best], _MISSPELT) if edits <= most else {}


def _edits(one: str, other: str) -> int:
    """Return how many letters have to be changed, added, left out or swapped."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            other_letter = 0 if letter == wanted else 2  # another word, more often than a typo
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + other_letter)
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _weakened(subjects: Subjects, share: float) -> Subjects:
    """Return *subjects* for a word that is only like one of theirs."""
    known = subjects.items()
    return {subject: weight * share for subject, weight in known if not subject.startswith(TALK)}


def _unspaced(text: str, languages: Sequence[str]) -> Iterator[Word]:
    spoken = [one for one in languages if one in (JAPANESE, CHINESE)]
    for run in UNSPACED.finditer(text) if spoken else ():
        place = run.start()
        while place < run.end():
            said = _longest(text[place : run.end()], spoken)
            length = len(said)
            known = next((found for one in spoken if (found := _index(one).words.get(said))), {})
            if known:
                yield Word(said, said, place, known)
            place += length if known else 1


def _longest(text: str, languages: Sequence[str]) -> str:
    lengths = range(min(len(text), 12), 0, -1)
    return next(
        (
            text[:length]
            for length in lengths
            if any(text[:length] in _index(one).words for one in languages)
        ),
        "",
    )


@cache
def _index(language: str) -> _Index:
    index = _Index()
    for group in _read().keys() - _NO_FIELDS:
        for name, listed in _read()[group].items():
            for said in _split(listed.get(language, "")):
                weight = _WEAK if said.startswith("~") else 1.0
                _add(index, said.lstrip("~"), language, f"{group}.{name}", weight)
    return index


def _add(index: _Index, said: str, language: str, subject: str, weight: float) -> None:
    if UNSPACED.fullmatch(said):
        index.add((said,), subject, weight)
    elif not UNSPACED.search(said):
        parts = SPACED.findall(said)
        exact = subject.startswith(TALK) and len(parts) == 1
        stems = (_EXACT + plain(said),) if exact else tuple(stem(part, language) for part in parts)
        index.add(stems, subject, weight)


def _split(listed: str) -> Iterator[str]:
    return filter(None, (" ".join(said.split()) for said in listed.split(",")))


@cache
def _read() -> Mapping[str, Mapping[str, Any]]:
    text = (files("bot.playground.openai") / _FILE).read_text("utf-8")
    return tomllib.loads(text)

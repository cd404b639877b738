# ruff: noqa: RUF001 - it reads Chinese and Japanese marks, and typographic quotes
"""A question, read by its form: its language and kind, its own words, its numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.playground.openai.languages import CHINESE, JAPANESE, UNSPACED
from bot.playground.openai.rule_model.answers.sentences import Sentences
from bot.playground.openai.vocabulary import languages_of

_SENTENCE = re.compile(r"(?<=[.?!])\s+|(?<=[。？！])|\n+")
_ADDRESS = re.compile(r"^(?:@\w+[,:]?\s+|[\w -]{1,30}(?:, ?[\w -]{1,30}){0,9}[:：]\s*)")
_NO_TEXT = re.compile(r"\[attached: [^\]]*\]|https?://\S+|:[a-z0-9_+-]+:|```.*?```", re.DOTALL)
_SPACES = re.compile(r"[^\S\n]+")
_MARKUP = re.compile(r"[*_`~|<>\[\]\\#^“”„«»]+")
_WORD = re.compile(r"[€$£¥]?\w(?:[\w'’&+/.,-]*\w)?(?: ?[%€$£¥](?!\w)|\+\+)?")
# “What do we need” is about “what we need”.
_INVERTED = {
    "en": r"\b(?:do|does|did|would|should|can|could|will|must|may) (we|you|i|they|he|she|it)\b",
    "de": r"\b(?:sollen|sollten|können|dürfen|müssen|soll|kann|darf|muss) (?:wir|ich|man)() ?",
}
_NUMBER = re.compile(
    r"(?<!\w)[€$£¥]?\d(?:[\d.,]*\d)?"
    r"(?: ?(?:%|€|\$|EUR|USD|[Ee]uros?|[Dd]ollars?|kg|km|k)(?!\w))?(?!\w)"
)
# They say what a number counts, and little elsewhere.
_TIME = re.compile(
    r" ((?:year|month|week|day|hour|minute)s?|(?:Jahr|Monat|Tag)(?:en?)?|(?:Woche|Stunde|Minute)n?"
    r"|años?|mes(?:es)?|semanas?|días?|horas?|minut[oe]s?|ans?|années?|mois|semaines?|jours?"
    r"|heures?|anos?|dias?)(?!\w)"
)
# What Germans count “in” or “with”: “in 3 Jahren”.
_DATIVE = re.compile(r"(Jahre|Monate|Tage|\w\w\wer)n(?!\w)")
_COUNTED = re.compile(
    r"[€$£¥]?\d(?:[\d.,]*\d)?[%％]?(?:[万億亿千百个位家天年月人件円元日台社名回次]){0,3}"
)
# What is no noun separates nouns where no spaces do.
_NO_NOUN = {
    JAPANESE: re.compile(r"[^A-Za-z0-9\u30a1-\u30fa\u30fc\u4e00-\u9fff々-]+"),
    CHINESE: re.compile(
        r"我们|你们|他们|什么|怎么样?|如何|多少|可以|是否|应该|需要|这个|那个|这些|使用|为什么|哪个|还是"
        r"|或者|没有|一个|几个|时候|请问|多久|能不能|可不可以|要不要|[^\w-]+"
        r"|[我你他她它的了在中吗呢是和与用把对从到给要会能可不该就都也让被有这那吧请为]|(?<!\d)个"
    ),
}
_QUESTION_MARKS = ("?", "？")
_PAUSE = re.compile(r"[,;:]\s|\s[–—-]\s")
_MOST_WORDS, _LONGEST_TOPIC, _WORDS_OF_TERM, _LONGEST_NOUN = 9, 70, 3, 12
_LONGEST_UNSPACED, _MOST_TERMS, _MOST_FIGURES = 40, 3, 6

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a question, and what it counts."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a question is about, in its own words."""

    sentences: Sentences
    text: str  # its words that mean something
    kind: str
    topic: str
    terms: Sequence[str]
    figures: Sequence[Figure]


def read(text: str, said: str, before: Sequence[str] = (), hint: str = "") -> Question:
    """Return what *text* asks: all or a part of what people *said*.

    What is about nothing by itself (“And why?”) is about what was asked *before*. *hint* is a text
    in the likely language.
    """
    sentences = Sentences(language_of(said, *reversed(before), hint))
    plain = _plain(said if text.startswith(said) else text)
    kind = sentences.kind(plain)
    asked, nouns = _sentence(plain, sentences)
    if not nouns and before:
        earlier = read(before[-1], before[-1], before[:-1], hint)
        return replace(earlier, sentences=sentences, kind=kind)
    terms = _terms(asked, nouns)
    more = [term for term in _others(_plain(said), sentences) if term not in asked]
    topic = _topic(asked, nouns, sentences)
    if len(nouns) == 1 and more and sentences.spaced:
        topic = f"{topic}, {more[0]}"
    terms = [*terms, *more][:_MOST_TERMS] or [asked.rstrip(" ?!.") or "…"]
    telling = " ".join(plain[slice(*span)] for span in _nouns(plain, sentences))
    figures = _figures(plain, sentences)
    return Question(sentences, telling, kind, topic or terms[0], terms, figures)


def language_of(*texts: str) -> str:
    """Return the language of the first of *texts*; the others decide where it leaves a choice."""
    possible = languages_of(texts[0])
    for text in texts[1:]:
        narrower = [one for one in languages_of(text) if one in possible]
        possible = tuple(narrower) or possible
    return possible[0]


def _plain(text: str) -> str:
    unmarked = _SPACES.sub(" ", _MARKUP.sub(" ", _NO_TEXT.sub(" ", text))).strip()
    return _ADDRESS.sub("", unmarked)


def _sentence(text: str, sentences: Sentences) -> tuple[str, list[Span]]:
    """Return the sentence that asks, and where its nouns are; else the first that has any."""
    parts = [part.strip() for part in _SENTENCE.split(text) if part.strip()]
    if inverted := _INVERTED.get(sentences.language):
        parts = [re.sub(inverted, r"\1", part, flags=re.IGNORECASE) for part in parts]
    found = [(part, _nouns(part, sentences)) for part in parts]
    telling = [pair for pair in found if pair[1]] or found
    asking = [pair for pair in telling if pair[0].endswith(_QUESTION_MARKS)]
    return next(iter(asking or telling), ("", []))


def _others(text: str, sentences: Sentences) -> list[str]:
    """Return what else was said: first what no question was."""
    parts = [part for part in _SENTENCE.split(text) if part.strip()]
    parts.sort(key=lambda part: part.endswith(_QUESTION_MARKS))
    terms = (term for part in parts for term in _terms(part, _nouns(part, sentences)))
    return list(dict.fromkeys(terms))


def _nouns(text: str, sentences: Sentences) -> list[Span]:
    """Return where words stand that mean something: words without spaces between each by itself."""
    if not sentences.spaced:
        ends = [match.span() for match in _NO_NOUN[sentences.language].finditer(text)]
        between = pairwise([(0, 0), *ends, (len(text), len(text))])
        return [(begin, end) for (_, begin), (end, _) in between if end - begin > 1]
    words = [one for one in _WORD.finditer(text) if not _is_empty(one[0], sentences.empty)]
    return [match.span() for match in words]


def _is_empty(word: str, empty: frozenset[str]) -> bool:
    parts = re.split(r"['’]", word.casefold())
    return word.casefold() in empty or (
        all(part in empty or len(part) < 2 for part in parts)
        and (not word.isupper() and not word.isdigit())
    )


def _terms(text: str, nouns: Sequence[Span]) -> list[str]:
    """Return runs of words that stand beside each other, those that tell most, in their order."""
    runs: list[list[Span]] = []
    for span in nouns:
        beside = runs and text[runs[-1][-1][1] : span[0]] in {" ", "-"}
        if beside and len(runs[-1]) < _WORDS_OF_TERM and not UNSPACED.search(text):
            runs[-1].append(span)
        else:
            runs.append([span])
    terms = list(dict.fromkeys(text[run[0][0] : run[-1][1]] for run in runs))
    if len(terms) > 1 and terms[0].isalpha() and terms[0].islower() and any(_tells(terms[1])[:2]):
        del terms[0]  # more likely a verb: “write” of “write a README”
    named = [term for term in terms if not _is_number(term)]
    terms = named or terms
    best = sorted(terms, key=_tells, reverse=True)[:_MOST_TERMS]
    return [term for term in terms if term in best]


def _is_number(text: str) -> bool:
    return not any(letter.isalpha() for letter in text)


def _tells(term: str) -> tuple[bool, bool, int]:
    named = any(letter.isupper() or letter.isdigit() for letter in term[1:])
    return named, " " in term or term[:1].isupper(), min(len(term), _LONGEST_NOUN)


def _topic(text: str, nouns: Sequence[Span], sentences: Sentences) -> str:
    """Return the question without what only makes it one: from its first noun to its last."""
    if not nouns:
        return ""
    if not sentences.spaced:
        whole = text.rstrip("。？！?!. ")
        return whole if len(whole) <= _LONGEST_UNSPACED else "、".join(_terms(text, nouns))
    start, end = nouns[0][0], nouns[-1][1]
    if text[end - 1].isdigit() and (unit := _TIME.match(text, end)):
        end = unit.end()
    if len(nouns) > _MOST_WORDS or end - start > _LONGEST_TOPIC:
        pause = _PAUSE.search(text, nouns[min(2, len(nouns)) - 1][1])
        limit = min(pause.start() if pause else end, start + _LONGEST_TOPIC)
        fitting = [end for _, end in nouns[:_MOST_WORDS] if end <= limit]
        end = max(fitting, default=start + _LONGEST_TOPIC)
    return text[start].upper() + text[start + 1 : end]


def _figures(text: str, sentences: Sentences) -> list[Figure]:
    number = _NUMBER if sentences.spaced else _COUNTED
    found = []
    for match in list(number.finditer(text))[:_MOST_FIGURES]:
        after, before = text[match.end() :], text[: match.start()]
        found.append(Figure(_label(before, after, sentences), match[0]))
    return found


def _label(before: str, after: str, sentences: Sentences) -> str:
    """Return what a number counts: the nouns beside it, those that follow first."""
    following = _nouns(after, sentences)
    if unit := _TIME.match(after):
        return _nominative(unit[1][:1].upper() + unit[1][1:], sentences)
    preceding = [one for one in _nouns(before, sentences) if not _is_number(before[slice(*one)])]
    if following and not after[: following[0][0]].strip():
        last = following[1] if len(following) > 1 and _beside(after, following) else following[0]
        label = after[following[0][0] : last[1]]
    elif preceding:
        label = before[slice(*preceding[-1])]
        label = label if sentences.spaced else _COUNTED.sub("", label)
    else:
        label = after[slice(*following[0])] if following else ""
    return _nominative(label[:1].upper() + label[1:], sentences)


def _nominative(label: str, sentences: Sentences) -> str:
    return _DATIVE.sub(r"\1", label) if sentences.language == "de" else label


def _beside(text: str, spans: Sequence[Span]) -> bool:
    return text[spans[0][1] : spans[1][0]] == " "

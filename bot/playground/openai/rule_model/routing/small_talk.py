"""What is said to the others in the thread, or about the panel, and not asked of experts.

Signs of it are weighed against each other. The weights come from a logistic regression on the
questions of ``bot/experts/routing_questions.yaml`` that are not *unseen*. A third of the
vocabulary was left out of it at random, so that they also hold for words that it lacks.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from bot.playground.openai.languages import SPACED, UNSPACED
from bot.playground.openai.rule_model.routing.relevance import AROUND
from bot.playground.openai.vocabulary import ROLE, TALK, Word, language_of, phrases, words_of
from bot.playground.openai.words import fields_in

_WEIGHTS = {
    "always": 1.9,
    "known": -2.4,
    "faintly_known": -0.4,
    "around": 2.5,
    "work": -1.9,
    "talk": 1.8,
    "you": 1.1,
    "today": 1.6,
    "own_day": 1.2,
    "own_role": 1.1,
    "content": -0.17,
    "length": -0.15,
}
_FAINT, _STRONG, _MOST_KNOWN = 0.6, 1.5, 2.0  # of what fits an expert
_MOST_TALK, _MOST_CONTENT, _MOST_WORDS = 2, 8, 20  # words
_BEGINNING = 2  # words
_LONG_PHRASE = 4  # characters, where words have no spaces
_QUESTIONS = ("?", "\uff1f", "か", "吗", "呢")
_WITH_ENDINGS, _SHORT = {"es", "pt"}, 3  # that say “we” by the ending of a longer word


class Talk(StrEnum):
    """Kinds of talk that get their own answer."""

    ABOUT_PANEL = "about_panel"
    OTHER = "other"
    THANKS = "thanks"
    GREETING = "greeting"


def kind_of(text: str, strength: float, around: float, *, alone: bool) -> Talk | None:
    """Return which kind of talk *text* is; None: a question for experts.

    *strength*: how much it has to do with the expert who fits best. *around*: how much with the
    life around work. *alone*: nobody has been asked before, so that what it says has to be in it.
    """
    talk = _talk_in(text)
    if strength < _STRONG and any(_is(word, "about_panel") and _long(word) for word in talk):
        return Talk.ABOUT_PANEL
    if talk and all(word.function or word in talk for word in words_of(text)):
        return _kind(talk)
    if not (alone or talk or around > strength):
        return None
    signs = signs_of(text, strength, around)
    speaks_for_talk = sum(_WEIGHTS[name] * much for name, much in signs.items())
    return _kind(talk) if speaks_for_talk > 0 else None


def signs_of(text: str, strength: float, around: float) -> Mapping[str, float]:
    """Return how much there is in *text* of what tells talk from questions for experts."""
    words, talk = words_of(text), _talk_in(text)
    content = sum(not word.function and word not in talk for word in words)
    said = SPACED.findall(text.casefold())
    asks = text.rstrip(" 。").endswith(_QUESTIONS) or "?" in text
    own = _has(said[:_BEGINNING], text, "self")
    today = _has(said, text, "today")
    known = max(strength, *_fields(text))
    return {
        "always": 1,
        "known": min(known, _MOST_KNOWN),
        "faintly_known": 0 < known < _FAINT,
        "around": min(around, _STRONG),
        "work": _has(said, text, "work") or _says_we(said, text),
        "talk": 0 if asks else min(len(talk), _MOST_TALK),
        "you": _has(said, text, "you"),
        "today": today,
        "own_day": own and today,
        "own_role": own and not asks and any(_is_role(word) for word in words),
        "content": min(content, _MOST_CONTENT),
        "length": min(len(said) or sum(map(len, UNSPACED.findall(text))) / 2, _MOST_WORDS),
    }


def _talk_in(text: str) -> Sequence[Word]:
    return [word for word in words_of(text) if any(one.startswith(TALK) for one in word.subjects)]


def _fields(text: str) -> Iterator[float]:
    yield 0.0
    yield from (much for field, much in fields_in(text).items() if field not in AROUND)


def _kind(talk: Sequence[Word]) -> Talk:
    names = {
        Talk.ABOUT_PANEL: ("about_panel",),
        Talk.OTHER: ("introduction", "wrong_place", "farewell", "announcement"),
        Talk.THANKS: ("thanks",),
        Talk.GREETING: ("greeting",),
    }
    said = (kind for kind, known in names.items() if any(_is(word, *known) for word in talk))
    return next(said, Talk.OTHER)


def _is(word: Word, *names: str) -> bool:
    return any(f"{TALK}{name}" in word.subjects for name in names)


def _is_role(word: Word) -> bool:
    return any(one.startswith(ROLE) for one in word.subjects)


def _long(word: Word) -> bool:
    """Whether it is a phrase: single words may be said of anything."""
    return " " in word.text or (bool(UNSPACED.match(word.text)) and len(word.text) >= _LONG_PHRASE)


def _has(said: Sequence[str], text: str, name: str) -> bool:
    """Whether one of the words *said*, or *text* without spaces, has what is listed as *name*."""
    listed = phrases("function", name, language_of(text))
    return any(one in text if UNSPACED.search(one) else one in said for one in listed)


def _says_we(said: Sequence[str], text: str) -> bool:
    spoken = language_of(text)
    return spoken in _WITH_ENDINGS and any(
        len(one) > _SHORT and one.endswith("mos") for one in said
    )

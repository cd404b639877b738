"""What is said to the others in the thread, or about the panel, and not asked of experts."""

import re
from collections.abc import Sequence
from enum import Enum

from bot.playground.openai.languages import UNSPACED
from bot.playground.openai.vocabulary import TALK, Word, language_of, phrases, words_of
from bot.playground.openai.words import fields_of

_LEISURE = "leisure"
_MOST_AFTER_THANKS = 5  # words that mean something
_STRONG = 1.5  # of what fits an expert
_LONG_PHRASE = 4  # characters, where words have no spaces
_ASKS = re.compile(r"[?]|か[。\s]*$|吗[。\s]*$")


class Talk(Enum):
    """Kinds of talk."""

    GREETING = "greeting"
    THANKS = "thanks"
    ABOUT_PANEL = "about_panel"
    OTHER = "other"


def kind_of(text: str, strength: float) -> Talk | None:
    """Return which kind of talk *text* is; None: a question for experts.

    *strength*: how much it has to do with the expert who fits best.
    """
    words = words_of(text)
    talk = [word for word in words if _is_talk(word)]
    content = [word for word in words if not word.function and word not in talk]
    if not talk:
        if not words and not _asks(text) and not UNSPACED.search(text):
            return Talk.OTHER
        return Talk.OTHER if _leisure(words) > strength else None
    if not content or _says_more_to_people(text, talk, content, strength):
        return _kind(talk)
    return Talk.OTHER if _leisure(words) > strength else None


def _says_more_to_people(
    text: str, talk: Sequence[Word], content: Sequence[Word], strength: float
) -> bool:
    if _kind(talk) is Talk.ABOUT_PANEL:
        return strength < _STRONG and any(_is(word, "about_panel") and _long(word) for word in talk)
    if _asks(text):
        return False
    if any(_is(word, "introduction", "wrong_place", "farewell") and _long(word) for word in talk):
        return True
    first = min(talk, key=lambda word: word.start)
    begins = not text[: first.start].strip(" ,.!…")
    return (
        begins
        and _is(first, "thanks", "acknowledgement")
        and len(content) <= _MOST_AFTER_THANKS
        and strength < _STRONG
    )


def _kind(talk: Sequence[Word]) -> Talk:
    if any(_is(word, "about_panel") for word in talk):
        return Talk.ABOUT_PANEL
    if any(_is(word, "introduction", "wrong_place", "farewell") for word in talk):
        return Talk.OTHER
    if any(_is(word, "thanks") for word in talk):
        return Talk.THANKS
    return Talk.GREETING if any(_is(word, "greeting") for word in talk) else Talk.OTHER


def _is_talk(word: Word) -> bool:
    return any(subject.startswith(TALK) for subject in word.subjects)


def _is(word: Word, *names: str) -> bool:
    return any(f"{TALK}{name}" in word.subjects for name in names)


def _long(word: Word) -> bool:
    """Whether it is a phrase: single words may be said of anything."""
    return " " in word.text or (bool(UNSPACED.match(word.text)) and len(word.text) >= _LONG_PHRASE)


def _asks(text: str) -> bool:
    said = text.casefold()
    wishes = phrases("function", "please", language_of(text))
    return bool(_ASKS.search(text)) or any(wish in said for wish in wishes)


def _leisure(words: Sequence[Word]) -> float:
    return sum(fields_of(word.subjects).get(_LEISURE, 0.0) for word in words)

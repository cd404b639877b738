"""What is said to the others in the thread, or about the panel, and not asked of experts."""

import re
from collections.abc import Sequence
from enum import StrEnum

from bot.playground.openai.languages import SPACED, UNSPACED
from bot.playground.openai.vocabulary import ROLE, TALK, Word, language_of, phrases, words_of
from bot.playground.openai.words import fields_in, fields_of

_LEISURE = "leisure"
_ASIDES = ("introduction", "wrong_place", "farewell")
_MOST_AFTER_THANKS = 5  # words that mean something
_FAINTEST, _FAINT, _STRONG = 0.3, 0.6, 1.5  # of what fits an expert
_SHORT, _SHORT_UNSPACED = 3, 5  # words, characters
_LONG_PHRASE = 4  # characters, where words have no spaces
_WITH_ENDINGS = {"es", "pt"}  # that say “we”
_ASKS = re.compile(r"\?|[か吗呢][。\s]*$")


class Talk(StrEnum):
    """Kinds of talk that get their own answer."""

    ABOUT_PANEL = "about_panel"
    OTHER = "other"
    THANKS = "thanks"
    GREETING = "greeting"


def kind_of(text: str, strength: float, elsewhere: float, *, alone: bool) -> Talk | None:
    """Return which kind of talk *text* is; None: a question for experts.

    *strength*: how much it has to do with the expert who fits best. *elsewhere*: how much with
    the life around work. *alone*: nobody has been asked before, so that what it says has to be
    in it.
    """
    words = words_of(text)
    talk = [word for word in words if any(one.startswith(TALK) for one in word.subjects)]
    content = [word for word in words if not word.function and word not in talk]
    fields = fields_in(text)
    leisure = fields.get(_LEISURE, 0.0)
    remark = _is_remark(text, max(strength, *fields.values(), 0.0))
    if talk and (not content or remark or _is_aside(text, talk, content, strength)):
        return _kind(talk)
    announced = elsewhere >= max(strength, _FAINT) and not _asks(text) and not _is_work(text)
    private = leisure > strength or (leisure == strength > 0 and not _is_work(text))
    return Talk.OTHER if private or (alone and (remark or announced)) else None


def _is_remark(text: str, known: float) -> bool:
    """Whether *text* asks for nothing, or for nothing that anybody at work would know."""
    if known >= _FAINT:
        return False
    unknown = known < _FAINTEST and not _is_work(text)
    return unknown or (not _asks(text) and _is_chat(text))


def _is_aside(text: str, talk: Sequence[Word], content: Sequence[Word], strength: float) -> bool:
    """Whether what is said to people outweighs what is said beside it."""
    if _kind(talk) is Talk.ABOUT_PANEL:
        return strength < _STRONG and any(_is(word, "about_panel") and _long(word) for word in talk)
    if _ASKS.search(text):
        return False
    if any(_is(word, "wrong_place") and _long(word) for word in talk):
        return strength < _STRONG
    if _asks(text):
        return False
    if any(_is(word, *_ASIDES) and _long(word) for word in talk):
        return True
    if any(_is(word, "announcement") and _long(word) for word in talk):
        return strength < _STRONG and not _is_work(text)
    if not _is_work(text) and all(_is_role(word) for word in content if fields_of(word.subjects)):
        return True
    first = min(talk, key=lambda word: word.start)
    begins = not text[: first.start].strip(" ,.!…") and _is(first, "thanks", "acknowledgement")
    return begins and len(content) <= _MOST_AFTER_THANKS and strength < _STRONG


def _kind(talk: Sequence[Word]) -> Talk:
    names = {
        Talk.ABOUT_PANEL: ("about_panel",),
        Talk.OTHER: (*_ASIDES, "announcement"),
        Talk.THANKS: ("thanks",),
    }
    for kind, said in names.items():
        if any(_is(word, *said) for word in talk):
            return kind
    return Talk.GREETING if any(_is(word, "greeting") for word in talk) else Talk.OTHER


def _is_role(word: Word) -> bool:
    return any(one.startswith(ROLE) for one in word.subjects)


def _is(word: Word, *names: str) -> bool:
    return any(f"{TALK}{name}" in word.subjects for name in names)


def _long(word: Word) -> bool:
    """Whether it is a phrase: single words may be said of anything."""
    return " " in word.text or (bool(UNSPACED.match(word.text)) and len(word.text) >= _LONG_PHRASE)


def _asks(text: str) -> bool:
    said = " ".join(UNSPACED.findall(text)) or f" {' '.join(SPACED.findall(text.casefold()))} "
    wishes = phrases("function", "please", language_of(text))
    spaced = " " if SPACED.search(wishes[0]) else ""
    return bool(_ASKS.search(text)) or any(f"{spaced}{one}{spaced}" in said for one in wishes)


def _is_chat(text: str) -> bool:
    """Whether *text* is short or about oneself, and not about work."""
    said = {word.casefold() for word in SPACED.findall(text)}
    if not said:
        return sum(map(len, UNSPACED.findall(text))) <= _SHORT_UNSPACED
    own = not said.isdisjoint(phrases("function", "self", language_of(text)))
    return (own or len(said) <= _SHORT) and not _is_work(text)


def _is_work(text: str) -> bool:
    """Whether *text* names “us” or customers, or says what should be done."""
    spoken = language_of(text)
    named = phrases("function", "work", spoken)
    if UNSPACED.search(text):
        return any(one in text for one in named)
    said = {word.casefold() for word in SPACED.findall(text)}
    return not said.isdisjoint(named) or (
        spoken in _WITH_ENDINGS and any(len(one) > _SHORT and one.endswith("mos") for one in said)
    )

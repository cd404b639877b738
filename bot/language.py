"""The language in which the bot speaks, and how things are said in it.

Sentences stand in the code in English and are looked up where they are said, in the language that
was set for the task at hand: that of one person, or one for all who read along. The translations
are gettext catalogues in ``bot/locales``, read at first use.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO, StringIO
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

ENGLISH = "en"
_CATALOGUES = files("bot") / "locales"
_TRANSLATED = (folder.name for folder in _CATALOGUES.iterdir() if folder.is_dir())
LANGUAGES = (ENGLISH, *sorted(_TRANSLATED))
_SLACKS_OWN = {"es_LA": "es_419"}  # Slack's name for the Spanish of Latin America

_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)
_for_all: ContextVar[str] = ContextVar("for_all", default=ENGLISH)


@dataclass(frozen=True, slots=True)
class _Language:
    locale: Locale
    catalogue: NullTranslations


def set_language(tag: str, *, shared: str = "") -> None:
    """Speak *tag* (as Slack writes it: ``pt-BR``) in this task from here on.

    What all can read is said in *to_all*, where that is given.
    """
    _spoken.set(tag)
    _for_all.set(shared or tag)


def current_language() -> str:
    """Return the tag of what is spoken in this task."""
    return _spoken.get()


@contextmanager
def in_language(tag: str) -> Iterator[None]:
    """Speak *tag* meanwhile."""
    token = _spoken.set(tag)
    try:
        yield
    finally:
        _spoken.reset(token)


@contextmanager
def in_shared_language() -> Iterator[None]:
    """Speak so that all who read along understand it."""
    with in_language(_for_all.get()):
        yield


def gettext(sentence: str, /, **values: object) -> str:
    """Return *sentence* in the language spoken, with *values* for its placeholders."""
    return _current().catalogue.gettext(sentence).format(**values)


def pgettext(context: str, words: str, /, **values: object) -> str:
    """Return *words* as ``gettext`` does; *context* tells translators which of its senses."""
    return _current().catalogue.pgettext(context, words).format(**values)


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the sentence that fits *count*, which stands for its ``{count}``."""
    fitting = _current().catalogue.ngettext(one, many, count)
    return fitting.format(count=number(count), **values)


def number(value: float | Decimal, pattern: str | None = None) -> str:
    """Return a number as people write it; *pattern* says how exactly (``0.0``)."""
    return format_decimal(value, format=pattern, locale=_current().locale)


def dollars(amount: Decimal, places: int) -> str:
    """Return an amount of money with so many decimal *places*."""
    locale = _current().locale
    rounded = round(amount, places)
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", f"0.{'0' * places}")
    return format_currency(
        rounded, "USD", format=pattern, locale=locale, currency_digits=False, group_separator=True
    )


def listing(names: Sequence[str], link: Literal["standard", "or"] = "standard") -> str:
    """Return *names* as people list them: the last one after an "and", or an "or"."""
    return format_list(names, style=link, locale=_current().locale)


def month(first: date) -> str:
    """Return the month that begins on *first*: ``November 2026``."""
    return format_skeleton("yMMMM", first, locale=_current().locale)


def day(written: str) -> str:
    """Return a day (``2026-11-20``) as people write it; what is not one stays as it is."""
    try:
        parsed = date.fromisoformat(written)
    except ValueError:
        return written
    return format_date(parsed, format="medium", locale=_current().locale)


def nearest(tag: str) -> str:
    """Return which of our languages is spoken to somebody whose locale is *tag*."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else ENGLISH


def _current() -> _Language:
    return _language(_spoken.get())


@lru_cache(maxsize=256)
def _language(tag: str) -> _Language:
    language = nearest(tag)
    return _Language(_locale(tag, language), _catalogue(language))


def _locale(tag: str, language: str) -> Locale:
    """Return how numbers, dates and lists are written: as in the region, where we know it."""
    whole = tag.replace("-", "_")
    try:
        locale = Locale.parse(_SLACKS_OWN.get(whole, whole))
    except (UnknownLocaleError, ValueError):
        return Locale(language)
    return locale if locale.language == language else Locale(language)


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == ENGLISH:
        return NullTranslations()
    written = _CATALOGUES / language / "LC_MESSAGES" / "panelbot.po"
    compiled = BytesIO()
    write_mo(compiled, read_po(StringIO(written.read_text("utf-8")), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
